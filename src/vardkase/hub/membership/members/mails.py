"""Mail to members about their membership."""

from __future__ import annotations

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Fact
from vardkase.core.mail.mime import Attachment
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.accounts.queries import active_users


def recipients(membership: Membership, *contacts: str) -> list[Recipient]:
    people = [membership.details.get(f"contact_{name}") or {} for name in contacts or ("main", "technical")]
    found = [
        Recipient(person["email"], membership.language, person.get("key", ""))
        for person in people
        if person.get("email")
    ]
    administrators = active_users().filter(org=membership.organisation_id, role__perm_admin=True)
    return found + [Recipient.of(user, membership.language) for user in administrators]


def recipients_by_id(membership_id: int) -> list[Recipient]:
    membership = Membership.objects.select_related("organisation").filter(pk=membership_id).first()
    return recipients(membership) if membership else []


def write(actor: AuditActor, membership: Membership, kind: str, *papers: Attachment, **facts: Fact) -> None:
    """Write to the member, with `papers` attached; recorded as correspondence about its membership."""
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    notify(kind, about, recipients(membership), known, by=actor.name, attachments=papers)
