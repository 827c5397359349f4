"""Queries for the officers of an authority, and what its letters state."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from vardkase.core.errors import Forbidden
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.correspondence.settings import SENDER_ADDRESS
from vardkase.hub.public_records.officers.fees import packaged_tariff
from vardkase.hub.public_records.officers.models import RecordsOffice, RecordsOfficer
from vardkase.hub.public_records.officers.problems import RecordsOfficerProblem
from vardkase.hub.public_records.officers.rules import may_name
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


def officers(actor: Actor) -> QuerySet[RecordsOfficer]:
    """Those whom the actor's authority has named. Raises Forbidden unless the actor may name them."""
    if not may_name(actor):
        raise Forbidden(RecordsOfficerProblem.NOT_AN_ADMINISTRATOR())
    rows = RecordsOfficer.objects.filter(organisation=actor.organisation_id)
    return rows.select_related("user").order_by("user__email")


def people_of(authority: int) -> QuerySet[User]:
    """The active people who handle the authority's requests."""
    handles = Q(records_officer__organisation=authority, org=authority)
    if authority == host_organisation_id():
        handles |= Q(org=authority, staff_roles__contains=[StaffRole.LEGAL_OFFICER.value])
    return active_users().filter(handles).order_by("email")


def name_in_letters(authority: Organisation) -> str:
    """The hub owner's is the one of all its letters, not of its organisation on the hub."""
    return owner_name() if authority.pk == host_organisation_id() else authority.name


def office_of(authority: int) -> RecordsOffice:
    """What the authority has entered; an unsaved one with the packaged tariff if it has entered nothing.

    The hub owner's address is that of its letters, unless another one is entered.
    """
    found = RecordsOffice.objects.filter(pk=authority).select_related("organisation").first()
    office = found or RecordsOffice(organisation_id=authority, **packaged_tariff())
    if not office.address and authority == host_organisation_id():
        office.address = SENDER_ADDRESS.value.strip()
    return office


def missing_details(authority: int, *, with_court: bool = True) -> list[str]:
    """What the authority's letters state and it has not entered, in words."""
    office = office_of(authority)
    details = [
        (office.address, gettext("address")),
        (office.email or office.phone, gettext("e-mail or phone")),
        (office.court or not with_court, gettext("court for appeals")),
    ]
    return [name for is_there, name in details if not is_there]
