"""Services for contacts and additional fields: the organisation's own administrators and the hub's officers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core import openpgp
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.contacts.extra import newest
from vardkase.hub.membership.contacts.models import Contact, ContactRole, ExtraFields
from vardkase.hub.membership.contacts.problems import ContactProblem
from vardkase.hub.membership.groups.queries import administers
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation

EDITORS = frozenset({StaffRole.MEMBERSHIP_OFFICER})
READERS = EDITORS | {StaffRole.LEGAL_OFFICER, StaffRole.OPERATOR}
LENGTHS = {"name": 200, "phone": 40}
LONGEST_KEY = 100_000
MOST = 50
"""Contacts of one organisation."""


def find_organisation(actor: Actor, pk: int) -> Organisation:
    may_read = actor.organisation_id == pk or not actor.staff.isdisjoint(READERS) or administers(actor, pk)
    organisation = Organisation.objects.filter(pk=pk, local=True).first() if may_read else None
    if organisation is None:
        raise NotFound(MembershipProblem.NO_SUCH_ORGANISATION())
    return organisation


def may_edit(actor: Actor, organisation_id: int) -> bool:
    is_own = actor.organisation_id == organisation_id and actor.may(Permission.ADMIN)
    return is_own or bool(actor.staff & EDITORS) or administers(actor, organisation_id)


def contacts(organisation: Organisation) -> QuerySet[Contact]:
    return Contact.objects.filter(organisation=organisation).order_by("role", "name", "pk")


def addresses(organisation_id: int) -> QuerySet[Contact, str]:
    """The mail addresses of the organisation's contacts."""
    return Contact.objects.filter(organisation=organisation_id).values_list("email", flat=True)


def extra_fields(organisation: Organisation) -> dict[str, ExtraFields]:
    return {row.schema: row for row in ExtraFields.objects.filter(organisation=organisation)}


@transaction.atomic
def save_contact(
    actor: Actor, organisation_id: int, data: Mapping[str, Any], pk: int | None = None
) -> Contact:
    """Add or change a contact; `data`: role, name, email, phone, openpgp_key.

    Raises Invalid by field, NotFound, Forbidden.
    """
    organisation = _to_edit(actor, organisation_id)
    row = _find(organisation, pk) if pk else Contact(organisation=organisation)
    if pk is None and contacts(organisation).count() >= MOST:
        raise Invalid({"name": [ContactProblem.TOO_MANY()]})
    _fill(row, data)
    row.save()
    action = MembershipAction.CONTACT_CHANGED if pk else MembershipAction.CONTACT_ADDED
    record(actor, action, Target.of(row), {"role": row.role, "organisation": organisation.name})
    return row


@transaction.atomic
def remove_contact(actor: Actor, organisation_id: int, pk: int) -> None:
    row = _find(_to_edit(actor, organisation_id), pk)
    target = Target.of(row)
    row.delete()
    record(actor, MembershipAction.CONTACT_REMOVED, target)


@transaction.atomic
def save_extra(actor: Actor, organisation_id: int, schema_name: str, data: Mapping[str, Any]) -> ExtraFields:
    organisation = _to_edit(actor, organisation_id)
    schema = newest().get(schema_name)
    if schema is None:
        raise NotFound(ContactProblem.NO_SUCH_SCHEMA())
    values = {"values": schema.checked(data), "version": schema.version}
    row, _made = ExtraFields.objects.update_or_create(
        organisation=organisation, schema=schema.name, defaults=values
    )
    change = {"schema": schema.name, "version": schema.version}
    record(
        actor,
        MembershipAction.ORGANISATION_FIELDS_SET,
        Target("organisation", organisation.pk, organisation.uuid, organisation.name),
        change,
    )
    return row


def _to_edit(actor: Actor, organisation_id: int) -> Organisation:
    actor.require_own_affairs()
    organisation = find_organisation(actor, organisation_id)
    if not may_edit(actor, organisation_id):
        raise Forbidden(ContactProblem.NOT_AN_ADMINISTRATOR())
    return organisation


def _find(organisation: Organisation, pk: int | None) -> Contact:
    return first_or_not_found(
        contacts(organisation).select_for_update().filter(pk=pk or 0), ContactProblem.NO_SUCH_CONTACT()
    )


def _fill(row: Contact, data: Mapping[str, Any]) -> None:
    errors: dict[str, list[Problem]] = {}
    for name, longest in LENGTHS.items():
        text = " ".join(str(data.get(name) or "").split())
        if "\0" in text or len(text) > longest or (name == "name" and not text):
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
        setattr(row, name, text)
    row.role = str(data.get("role") or "")
    if row.role not in ContactRole.values:
        errors["role"] = [ContactProblem.NO_ROLE()]
    row.email = str(data.get("email") or "").strip()
    try:
        validate_email(row.email)
    except ValidationError:
        errors["email"] = [MembershipProblem.NOT_AN_ADDRESS()]
    row.openpgp_key = str(data.get("openpgp_key") or "").strip()
    if row.openpgp_key and (fault := fault_of_key(row.openpgp_key)):
        errors["openpgp_key"] = [fault]
    if errors:
        raise Invalid(errors)


def fault_of_key(armored: str) -> Problem | None:
    if len(armored) > LONGEST_KEY:
        return ContactProblem.KEY_TOO_LARGE()
    try:
        openpgp.public_key(armored)
    except ValueError:
        return ContactProblem.NOT_AN_OPENPGP_KEY()
    return None
