"""Mail to members during onboarding."""

from __future__ import annotations

from vardkase.audit.services import Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.rules import is_one_mailbox

NOTIFIED = ("signatory", "main", "technical", "security")
"""The contacts that are notified of new ways into their organisation."""


def invite(actor: Actor, membership: Membership, user: User, link: str) -> None:
    recipient = Recipient(user.email, membership.language)
    _notify(actor, membership, "membership_invitation", [recipient], {"link": link})


def send_key(actor: Actor, membership: Membership, user: User, link: str, email: str) -> None:
    contact = membership.details.get("contact_technical") or {}
    key = contact.get("key", "") if contact.get("email", "").lower() == email.lower() else ""
    recipient = Recipient(email, membership.language, key)
    _notify(actor, membership, "membership_key", [recipient], {"account": user.email, "link": link})


def announce_account(actor: Actor, membership: Membership, user: User, recipient: str) -> None:
    facts = {"account": user.email, "recipient": recipient, "person": actor.name}
    _announce(actor, membership, "membership_account_announced", facts, but=(recipient, user.email))


def announce_key(actor: Actor, membership: Membership, user: User, key: AuthKey) -> None:
    facts = {"account": user.email, "addresses": ", ".join(key.allowed_ips or ())}
    _announce(actor, membership, "membership_key_announced", facts, but=(user.email,))


def _announce(
    actor: Actor, membership: Membership, kind: str, facts: dict[str, str], but: tuple[str, ...]
) -> None:
    found = {
        user.email: Recipient(user.email, user.language or membership.language)
        for user in active_users().filter(org=membership.organisation_id, role__perm_admin=True)
    }
    for name in NOTIFIED:
        contact = membership.details.get(f"contact_{name}") or {}
        if email := contact.get("email"):
            found.setdefault(email, Recipient(email, membership.language, contact.get("key", "")))
    recipients = [each for email, each in found.items() if not any(is_one_mailbox(email, one) for one in but)]
    _notify(actor, membership, kind, recipients, facts)


def _notify(
    actor: Actor, membership: Membership, kind: str, recipients: list[Recipient], facts: dict[str, str]
) -> None:
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    notify(kind, about, recipients, known, by=actor.name)
