"""The API requirement list of an organisation: completed by its administrators, approved by an officer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.fields import apply
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.fields import number, short_text
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.models import ApiRequirements
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.services.common import changing, written_down
from vardkase.identity.sign_in_policy.services.networks import distinct_networks

State = ApiRequirements.State
LONGEST_ROTATION = 365
SHORTEST_LOG = 90
LONGEST_NOTE = 10_000


def requirements_of(organisation: Organisation) -> ApiRequirements:
    requirements = ApiRequirements.objects.filter(org=organisation).first()
    return requirements or ApiRequirements(org=organisation)


@transaction.atomic
def save_requirements(actor: Actor, organisation: Organisation, data: Mapping[str, Any]) -> ApiRequirements:
    """Update the list from `data`; an approved or submitted one becomes a draft again.

    The approved version stays in force until an officer has approved the new one. Raises Invalid by field,
    Forbidden.
    """
    organisation = changing(actor, organisation)
    row = requirements_of(organisation)
    changed = apply(row, data, READERS)
    if changed:
        row.state = State.DRAFT
        row.save()
        written_down(
            actor, organisation, IdentityAction.ORGANISATION_API_REQUIREMENTS_EDITED, {"fields": changed}
        )
    return row


@transaction.atomic
def submit_requirements(actor: Actor, organisation: Organisation) -> ApiRequirements:
    organisation = changing(actor, organisation)
    row = requirements_of(organisation)
    if row.state in (State.SUBMITTED, State.APPROVED):
        raise Conflict(SignInPolicyProblem.ALREADY_SUBMITTED())
    filled = {
        "software": row.software,
        "egress_addresses": row.egress_addresses,
        "contact_name": row.contact_name,
        "contact_email": row.contact_email,
    }
    if empty := [name for name, value in filled.items() if not value]:
        raise Invalid({name: [CommonProblem.MISSING()] for name in empty})
    row.state, row.submitted, row.submitted_by, row.note = State.SUBMITTED, timezone.now(), actor.name, ""
    row.save()
    written_down(actor, organisation, IdentityAction.ORGANISATION_API_REQUIREMENTS_SUBMITTED, {})
    return row


@transaction.atomic
def decide_requirements(
    actor: Actor, organisation: Organisation, *, approve: bool, note: str = ""
) -> ApiRequirements:
    """Approve a submitted list, or return it with a `note` on what is missing.

    Raises Forbidden unless the actor is a membership officer of another organisation; Conflict if nothing was
    submitted; Invalid for a return without a note.
    """
    actor.require_staff(StaffRole.MEMBERSHIP_OFFICER)
    if actor.user_id is not None and actor.organisation_id == organisation.pk:
        raise Forbidden(SignInPolicyProblem.OWN_ORGANISATION())
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    row = requirements_of(organisation)
    if row.state != State.SUBMITTED:
        raise Conflict(SignInPolicyProblem.NOT_SUBMITTED())
    if not approve and not note.strip():
        raise Invalid({"note": [SignInPolicyProblem.NOTE_MISSING()]})
    row.state = State.APPROVED if approve else State.RETURNED
    row.decided, row.decided_by, row.note = timezone.now(), actor.name, note.strip()[:LONGEST_NOTE]
    row.save()
    if approve:
        # Copied only now: until then keys are checked against the list that was approved before.
        organisation.egress_addresses = row.egress_addresses
        organisation.save(update_fields=["egress_addresses", "date_modified"])
        written_down(actor, organisation, IdentityAction.ORGANISATION_API_REQUIREMENTS_APPROVED, {})
    else:
        written_down(
            actor, organisation, IdentityAction.ORGANISATION_API_REQUIREMENTS_RETURNED, {"note": row.note}
        )
    return row


def read_addresses(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    try:
        return distinct_networks(map(str, parts))
    except Invalid as error:
        raise Invalid(error.problem) from error


def read_email(value: Any) -> str:
    address = short_text(value)
    try:
        if address:
            validate_email(address)
    except ValidationError:
        raise Invalid(CommonProblem.NOT_AN_EMAIL()) from None
    return address


def read_proof(value: Any) -> str:
    if value not in ApiRequirements.Proof.values:
        raise Invalid(SignInPolicyProblem.UNKNOWN_PROOF())
    return str(value)


def read_rotation_days(value: Any) -> int:
    days = number(value)
    if not 1 <= days <= LONGEST_ROTATION:
        raise Invalid(SignInPolicyProblem.ROTATION_TOO_LONG())
    return days


def read_log_days(value: Any) -> int:
    days = number(value)
    if not SHORTEST_LOG <= days <= 3650:
        raise Invalid(SignInPolicyProblem.LOG_TOO_SHORT())
    return days


READERS: dict[str, Callable[[Any], Any]] = {
    "software": short_text,
    "egress_addresses": read_addresses,
    "proof": read_proof,
    "contact_name": short_text,
    "contact_email": read_email,
    "contact_phone": lambda value: short_text(value)[:64],
    "rotation_days": read_rotation_days,
    "log_days": read_log_days,
}
