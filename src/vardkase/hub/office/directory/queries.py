"""Queries for the contact directory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import override

from vardkase.core.clock import today
from vardkase.hub.membership.contacts.models import Contact, ContactRole
from vardkase.hub.membership.contacts.services import READERS
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.office.directory.pdf import directory_pdf
from vardkase.identity.access.actor import Actor

IN_AN_INCIDENT = (ContactRole.SECURITY, ContactRole.TECHNICAL, ContactRole.MAIN)
"""In the order in which they are tried."""
MOST = 5_000


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A member, and whom to reach there. Without a `SECURITY` contact nobody has promised to answer at night."""

    membership: Membership
    contacts: list[Contact] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.membership.organisation.name

    @property
    def has_security_contact(self) -> bool:
        return any(contact.role == ContactRole.SECURITY for contact in self.contacts)


def directory(actor: Actor, text: str = "", sector: str = "") -> list[DirectoryEntry]:
    """Members with an open membership, by name. Raises Forbidden."""
    actor.require_staff(*READERS)
    rows = Membership.objects.exclude(state=MembershipState.TERMINATED).select_related("organisation")
    if sector:
        rows = rows.filter(sector=sector)
    if text:
        named = Contact.objects.filter(Q(name__icontains=text) | Q(email__icontains=text))
        rows = rows.filter(
            Q(organisation__name__icontains=text) | Q(organisation__in=named.values("organisation"))
        )
    entries = {row.organisation_id: DirectoryEntry(row) for row in rows.order_by("organisation__name")[:MOST]}
    found = Contact.objects.filter(organisation__in=list(entries), role__in=IN_AN_INCIDENT)
    by_role: dict[str, list[Contact]] = defaultdict(list)
    for contact in found.order_by("name", "pk"):
        by_role[contact.role].append(contact)
    for role in IN_AN_INCIDENT:
        for contact in by_role[role]:
            entries[contact.organisation_id].contacts.append(contact)
    return list(entries.values())


def printed_directory(actor: Actor, text: str = "", sector: str = "", language: str = "sv") -> bytes:
    """The directory as a PDF to keep where it can be read without the hub. Raises Forbidden."""
    with override(language):
        entries = [
            {"name": entry.name, "contacts": [_printed(contact) for contact in entry.contacts]}
            for entry in directory(actor, text, sector)
        ]
        return directory_pdf(entries, today(), language)


def _printed(contact: Contact) -> list[str]:
    return [str(contact.get_role_display()), contact.name, contact.phone or "–", contact.email]
