"""Opens a membership: by approval of an application, or by an officer for an existing organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.applications.numbers import holder_of
from vardkase.hub.membership.members.details import read_details
from vardkase.hub.membership.members.hooks import membership_opened
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.rules import MEMBERSHIP, conflict_of, require_officer
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.members.services.two_people import PROPOSERS
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation

CHOICES = {"sector": Sector, "connection": Connection, "nis2": Nis2Status}
TEXTS = {"organisation_number": 10, "county": 2, "language": 8}


@transaction.atomic
def open_membership(
    actor: Actor, organisation: Organisation, data: Mapping[str, Any], reason: str
) -> ApprovalRequest:
    """Propose to open the membership of an existing organisation without an application.

    `data`: sector, connection, nis2, organisation_number, county, language, phase, and `details`. Raises
    Invalid by field, Conflict if it has a membership or a waiting proposal, Forbidden.
    """
    membership = Membership(organisation=organisation)
    require_officer(actor, membership)
    _refuse_second(organisation)
    _fill(membership, data)
    given = {name: str(data.get(name) or "") for name in (*CHOICES, *TEXTS)}
    given |= {"phase": int(data.get("phase") or 0), "details": data.get("details") or {}}  # type: ignore[dict-item]
    return propose(
        actor, OPEN, str(organisation.pk), title=organisation.name, reason=reason, parameters=given
    )


@transaction.atomic
def begin(
    actor: Actor,
    organisation: Organisation,
    data: Mapping[str, Any],
    application: Application | None = None,
    approval: Approval | None = None,
) -> Membership:
    """Open a membership, from an approved application or with an approval.

    The organisation can neither read nor write until the membership is activated.
    """
    is_decided = application is not None and application.state == ApplicationState.APPROVED
    if approval is None and not is_decided:
        # A fault of ours, not of the user: every caller has one of the two.
        raise PermissionError("Two officers open a membership.")
    membership = Membership(organisation=organisation, application=application)
    _refuse_second(organisation)
    _fill(membership, data)
    membership.save()
    note = application.number if application else ""
    note_in_history(actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_OPENED, note)
    push(membership)
    membership_opened.emit(membership)
    return membership


def _refuse_second(organisation: Organisation) -> None:
    if Membership.objects.filter(organisation=organisation).exists():
        raise Conflict(MemberProblem.ALREADY_A_MEMBER(name=organisation.name))


def _organisation(request: ApprovalRequest) -> Organisation:
    return first_or_not_found(
        Organisation.objects.select_for_update().filter(pk=int(request.subject)),
        MemberProblem.NO_SUCH_ORGANISATION(),
    )


def opening_state(request: ApprovalRequest) -> dict[str, Any]:
    organisation = _organisation(request)
    return {
        "name": organisation.name,
        "uuid": str(organisation.uuid),
        "is_member": Membership.objects.filter(organisation=organisation).exists(),
    }


def opening_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    # Without a lock: pages that only read ask this too, outside a transaction.
    organisation = Organisation.objects.filter(pk=int(request.subject)).first()
    return conflict_of(cast(Actor, actor), Membership(organisation=organisation)) if organisation else None


def describe_opening(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    warnings = [
        gettext(
            "Nobody in the organisation can read, write or synchronise anything until the membership "
            "is active."
        )
    ]
    if active_users().filter(org=int(request.subject), staff_roles__contains=[StaffRole.OPERATOR]).exists():
        warnings.append(
            gettext(
                "The hub’s operators belong to this organisation. Access granted to them has no effect "
                "until then."
            )
        )
    return ActionDescription(
        gettext("The organisation becomes a member, and onboarding starts. No application is needed."),
        (
            (gettext("Organisation"), request.title),
            (gettext("Sector"), str(Sector(given["sector"]).label)),
            (gettext("Connection"), str(Connection(given["connection"]).label)),
            (gettext("Organisation number"), given["organisation_number"] or "–"),
        ),
        warnings=tuple(warnings),
    )


def _execute_opening(approval: Approval) -> Membership:
    organisation = _organisation(approval.for_action(OPEN).request)
    return begin(cast(Actor, approval.actor), organisation, approval.parameters, approval=approval)


OPEN = ApprovalAction(
    name="open_membership",
    title=_("Open a membership without an application"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=describe_opening,
    fingerprint=opening_state,
    conflict=opening_conflict,
    execute=_execute_opening,
)


def _fill(membership: Membership, data: Mapping[str, Any]) -> None:
    errors: dict[str, list[Problem]] = {}
    for name, choices in CHOICES.items():
        given = str(data.get(name) or ("unknown" if name == "nis2" else ""))
        setattr(membership, name, given)
        if given not in choices.values:
            errors[name] = [CommonProblem.NO_SUCH_CHOICE(choices=choices.values)]
    for name, longest in TEXTS.items():
        given = str(data.get(name) or ("sv" if name == "language" else ""))
        setattr(membership, name, given)
        if len(given) > longest:
            errors[name] = [MemberProblem.TOO_LONG(count=longest)]
    number, applied = membership.organisation_number, membership.application_id or 0
    if holder := holder_of(number, application=applied, organisation=membership.organisation_id):
        errors.setdefault("organisation_number", []).append(holder)
    if errors:
        raise Invalid(errors)
    membership.phase = int(data.get("phase") or 0)
    membership.details = read_details(data.get("details") or {})
