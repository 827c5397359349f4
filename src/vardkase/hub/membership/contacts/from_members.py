"""Creates contacts from membership details: when a membership opens, and when a change is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.contacts.models import Contact, ContactRole
from vardkase.hub.membership.contacts.services import LENGTHS, contacts, fault_of_key
from vardkase.hub.membership.members.models import Membership, ProposedChange
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.organisations.models import Organisation

CONTACT_ROLES = {
    "contact_signatory": ContactRole.SIGNATORY,
    "contact_main": ContactRole.MAIN,
    "contact_technical": ContactRole.TECHNICAL,
    "contact_security": ContactRole.SECURITY,
    "contact_dpo": ContactRole.DATA_PROTECTION,
}
"""By the names of the fields in `members.details`."""


def begin_from_membership(membership: Membership) -> None:
    """Create a member's first contacts from its application, unless it has some; unusable keys are dropped."""
    organisation = membership.organisation
    if contacts(organisation).exists():
        return
    people = ((role, membership.details.get(name) or {}) for name, role in CONTACT_ROLES.items())
    Contact.objects.bulk_create(
        _filled(Contact(organisation=organisation, role=role), person)
        for role, person in people
        if _can_be_reached(person)
    )


def follow_change(change: ProposedChange) -> None:
    """Replace the contacts named in the former data by those in an accepted change.

    Contacts are matched by e-mail address; those that the organisation has added itself are left alone.
    """
    organisation = change.membership.organisation
    for name, role in CONTACT_ROLES.items():
        if name in change.fields:
            before, after = change.fields[name]
            _replace(organisation, role, before or {}, after or {})


def _replace(
    organisation: Organisation, role: ContactRole, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    row = _known(organisation, role, before) or _known(organisation, role, after)
    if _can_be_reached(after):
        action = MembershipAction.CONTACT_CHANGED if row else MembershipAction.CONTACT_ADDED
        row = _filled(row or Contact(organisation=organisation, role=role), after)
        row.save()
        record(hub_actor(), action, Target.of(row), {"role": row.role, "organisation": organisation.name})
    elif row is not None and not after:
        target = Target.of(row)
        row.delete()
        record(hub_actor(), MembershipAction.CONTACT_REMOVED, target)


def _known(organisation: Organisation, role: ContactRole, person: Mapping[str, Any]) -> Contact | None:
    if not person.get("email"):
        return None
    return contacts(organisation).filter(role=role, email__iexact=person["email"]).first()


def _can_be_reached(person: Mapping[str, Any]) -> bool:
    return bool(person.get("name") and person.get("email"))


def _filled(row: Contact, person: Mapping[str, Any]) -> Contact:
    is_same = row.email.lower() == person["email"].lower()
    row.name, row.email = person["name"][: LENGTHS["name"]], person["email"]
    row.phone = person.get("phone", "")[: LENGTHS["phone"]]
    key = person.get("key", "")
    if key and not fault_of_key(key):
        row.openpgp_key = key
    elif not is_same:  # Mail to another person must not be encrypted with the former one's key.
        row.openpgp_key = ""
    return row
