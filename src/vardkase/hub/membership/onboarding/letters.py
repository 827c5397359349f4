"""What people are written while a member is being connected."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target
from vardkase.hub.correspondence import Kind, Recipient, register, send
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

EXAMPLE = "https://hub.example/welcome/"
KINDS = (
    Kind(
        "membership_invitation",
        describes=_("The first administrator of a new member is invited"),
        facts={"organisation": "Exempelköpings kommun", "link": EXAMPLE},
        subject={
            "sv": "Välkommen som administratör för {organisation}",
            "en": "Welcome as the administrator of {organisation}",
        },
        body={
            "sv": "Hej,\n\n{organisation} ska anslutas till hubben, och du är organisationens första administratör. "
            "Välj ett lösenord här:\n\n{link}\n\nDärefter loggar du in och ställer in en andra faktor, med en app "
            "eller en passnyckel. Länken gäller i sju dagar och fungerar en gång. Dela den inte.",
            "en": "Hello,\n\n{organisation} is being connected to the hub, and you are its first administrator. "
            "Choose a password here:\n\n{link}\n\nThen sign in and set up a second factor, with an app or a passkey. "
            "The link works once, within seven days. Do not share it.",
        },
    ),
    Kind(
        "membership_key",
        describes=_("The technical contact gets a link that shows a key once"),
        facts={"organisation": "Exempelköpings kommun", "account": "sync@kommun.example", "link": EXAMPLE},
        subject={
            "sv": "Nyckel till API:et för {organisation}",
            "en": "The API key of {organisation}",
        },
        body={
            "sv": "Hej,\n\nhär hämtar du nyckeln för kontot {account}:\n\n{link}\n\nNyckeln visas en enda gång. Lägg "
            "den direkt i er programvara och spara den inte någon annanstans. Länken gäller i sju dagar.",
            "en": "Hello,\n\nfetch the key of the account {account} here:\n\n{link}\n\nThe key is shown once only. Put "
            "it into your software at once, and keep it nowhere else. The link holds for seven days.",
        },
    ),
)


def register_kinds() -> None:
    """Have the hub know these mails."""
    for kind in KINDS:
        register(kind)


def invite(actor: Actor, membership: Membership, user: User, link: str) -> None:
    """Write to the first administrator."""
    recipient = Recipient(user.email, membership.language)
    _send(actor, membership, "membership_invitation", recipient, {}, link)


def send_key(actor: Actor, membership: Membership, user: User, link: str, email: str) -> None:
    """Write to whoever puts the key into the member's software, encrypted where their key is known."""
    contact = membership.details.get("contact_technical") or {}
    key = contact.get("key", "") if contact.get("email", "").lower() == email.lower() else ""
    recipient = Recipient(email, membership.language, key)
    _send(actor, membership, "membership_key", recipient, {"account": user.email}, link)


def _send(
    actor: Actor, membership: Membership, kind: str, recipient: Recipient, facts: dict[str, str], link: str
) -> None:
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    send(actor, kind, [recipient], known, private={"link": link}, about=about)
