"""Naming the people who handle an authority's requests for public records, and what its letters state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.public_records.officers.models import RecordsOffice, RecordsOfficer
from vardkase.hub.public_records.officers.problems import RecordsOfficerProblem
from vardkase.hub.public_records.officers.queries import office_of
from vardkase.hub.public_records.officers.rules import may_name, require_writing_officer
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.accounts.staff import NO_CONTENT_ROLES, staff_roles

TEXTS = {"address": 300, "email": 255, "phone": 40, "court": 120}
AMOUNTS = ("free_below", "first_pages", "first_fee", "page_fee")
LARGEST = 10_000


def _require_naming(actor: Actor) -> None:
    actor.require_own_affairs()
    if not may_name(actor):
        raise Forbidden(RecordsOfficerProblem.NOT_AN_ADMINISTRATOR())


@transaction.atomic
def name_officer(actor: Actor, email: str) -> RecordsOfficer:
    """Name a person of the actor's authority, by address. Raises Forbidden, Invalid by field, Conflict."""
    _require_naming(actor)
    user = active_users().filter(org=actor.organisation_id, email__iexact=email.strip()).first()
    if user is None:
        raise Invalid({"email": [RecordsOfficerProblem.NOT_A_USER()]})
    if staff_roles(user.staff_roles) & NO_CONTENT_ROLES:
        raise Invalid({"email": [RecordsOfficerProblem.CONTENT_BLIND()]})
    made, is_new = RecordsOfficer.objects.get_or_create(
        user=user, defaults={"organisation_id": actor.organisation_id, "named_by": actor.name}
    )
    if not is_new:
        if made.organisation_id == actor.organisation_id:
            raise Conflict(RecordsOfficerProblem.NAMED_ALREADY())
        # Named by an organisation that the person has left since.
        made.organisation_id, made.named_by = actor.organisation_id, actor.name
        made.save(update_fields=["organisation", "named_by"])
    record(actor, RecordsAction.RECORDS_OFFICER_NAMED, target_of(user))
    return made


@transaction.atomic
def remove_officer(actor: Actor, user_id: int) -> None:
    """Raises Forbidden, NotFound."""
    _require_naming(actor)
    found = first_or_not_found(
        RecordsOfficer.objects.select_related("user").filter(
            user=user_id, organisation=actor.organisation_id
        ),
        RecordsOfficerProblem.NO_SUCH_OFFICER(),
    )
    record(actor, RecordsAction.RECORDS_OFFICER_REMOVED, target_of(found.user))
    found.delete()


@transaction.atomic
def change_office(actor: Actor, data: Mapping[str, Any]) -> RecordsOffice:
    """Set what the letters of the actor's authority state, and its fee. Raises Forbidden, Invalid by field."""
    authority = require_writing_officer(actor)
    office = office_of(authority)
    errors: dict[str, list[Problem]] = {}
    for name, most in TEXTS.items():
        text = str(data.get(name) or "").strip()
        if len(text) > most or "\n" in text or "\0" in text:
            errors[name] = [RecordsOfficerProblem.NOT_ON_ONE_LINE(most=most)]
        setattr(office, name, text)
    try:
        validate_email(office.email) if office.email else None
    except ValidationError:
        errors["email"] = [CommonProblem.NOT_AN_EMAIL()]
    for name in AMOUNTS:
        number = data.get(name)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LARGEST:
            errors[name] = [RecordsOfficerProblem.NOT_AN_AMOUNT(least=0, most=LARGEST)]
        else:
            setattr(office, name, number)
    if errors:
        raise Invalid(errors)
    office.changed_by = actor.name
    office.save()
    change = {name: getattr(office, name) for name in (*TEXTS, *AMOUNTS)}
    target = Target("records_office", authority, title=office.organisation.name)
    record(actor, RecordsAction.RECORDS_OFFICE_CHANGED, target, change)
    return office
