"""Mail that sends a member the enrolment code for its own platform."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor

CODE = MailKind(
    "enrolment_code",
    describes=_("A member receives the code that connects its own platform"),
    facts={"organisation": "Exempelköpings kommun", "hub": "https://hub.example", "code": "ABCDE-FGHJK"},
    subject={
        "sv": "Kod för att ansluta er egen plattform",
        "en": "Code for connecting your own platform",
    },
    body={
        "sv": "Hej,\n\nmed den här koden ansluter {organisation} sin egen plattform till {hub}:\n\n{code}\n\nÖppna Vår "
        "hubb på er plattform och välj Anslut till en hubb. Koden gäller i sju dagar och fungerar en gång. Den som har "
        "koden kan läsa och dela i ert namn: lämna den inte vidare.",
        "en": "Hello,\n\nwith this code {organisation} connects its own platform to {hub}:\n\n{code}\n\nOpen Our hub "
        "on your platform and choose Join a hub. The code works once, within seven days. Whoever has it can read and "
        "share in your name: do not pass it on.",
    },
)


def register_kinds() -> None:
    register(CODE)


def recipient_of(membership: Membership) -> Recipient:
    for name in ("technical", "main"):
        contact = membership.details.get(f"contact_{name}") or {}
        if email := contact.get("email"):
            return Recipient(email, membership.language, contact.get("key", ""))
    return Recipient("", membership.language)


def send_code(actor: Actor, membership: Membership, code: str) -> None:
    facts = {"organisation": membership.organisation.name, "hub": settings.BASE_URL}
    about = Target("membership", membership.pk, title=str(membership))
    send(actor, CODE.name, [recipient_of(membership)], facts, private={"code": code}, about=about)
