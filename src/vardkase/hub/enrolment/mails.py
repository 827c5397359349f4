"""Mail that sends a member the enrolment code for its own platform."""

from __future__ import annotations

from django.conf import settings

from vardkase.audit.services import Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor


def recipient_of(membership: Membership) -> Recipient:
    for name in ("technical", "main"):
        contact = membership.details.get(f"contact_{name}") or {}
        if email := contact.get("email"):
            return Recipient(email, membership.language, contact.get("key", ""))
    return Recipient("", membership.language)


def send_code(actor: Actor, membership: Membership, code: str) -> None:
    facts = {"organisation": membership.organisation.name, "hub": settings.BASE_URL, "code": code}
    about = Target("membership", membership.pk, title=str(membership))
    notify("enrolment_code", about, [recipient_of(membership)], facts, by=actor.name)
