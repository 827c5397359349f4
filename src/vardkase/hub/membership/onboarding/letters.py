"""Mail to members during onboarding."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.accounts.rules import is_one_mailbox

TOLD = ("signatory", "main", "technical", "security")
"""The contacts that hear of new ways into their organisation."""
EXAMPLE = "https://hub.example/welcome/"
KINDS = (
    MailKind(
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
    MailKind(
        "membership_key",
        describes=_("The technical contact receives a link that shows a key once"),
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
    MailKind(
        "membership_account_announced",
        describes=_(
            "A member is notified that the hub has sent somebody a link to one of its accounts or keys"
        ),
        facts={
            "organisation": "Exempelköpings kommun",
            "account": "sync@kommun.example",
            "recipient": "teknik@kommun.example",
            "person": "handlaggare@hub.example",
        },
        subject={
            "sv": "Konto för {organisation} på hubben",
            "en": "Account of {organisation} at the hub",
        },
        body={
            "sv": "Hej,\n\n{person} har skickat en länk till kontot {account}, som hör till {organisation}, till "
            "{recipient}. Den som har kontot handlar i er organisations namn.\n\nHör av er till kundtjänst genast om "
            "det inte stämmer.",
            "en": "Hello,\n\n{person} has sent a link to the account {account} of {organisation} to {recipient}. "
            "Whoever has the account acts in the name of your organisation.\n\nContact customer service at once if "
            "this is not right.",
        },
    ),
    MailKind(
        "membership_key_announced",
        describes=_("A member is notified that an API key was created for it"),
        facts={
            "organisation": "Exempelköpings kommun",
            "account": "sync@kommun.example",
            "addresses": "192.0.2.1/32",
        },
        subject={
            "sv": "Ny API-nyckel för {organisation}",
            "en": "New API key of {organisation}",
        },
        body={
            "sv": "Hej,\n\nen ny API-nyckel har skapats för kontot {account}, som hör till {organisation}. Den "
            "fungerar från {addresses}.\n\nHör av er till kundtjänst genast om det inte stämmer.",
            "en": "Hello,\n\na new API key of the account {account} of {organisation} was made. It works from "
            "{addresses}.\n\nContact customer service at once if this is not right.",
        },
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def invite(actor: Actor, membership: Membership, user: User, link: str) -> None:
    recipient = Recipient(user.email, membership.language)
    _send(actor, membership, "membership_invitation", recipient, {}, link)


def send_key(actor: Actor, membership: Membership, user: User, link: str, email: str) -> None:
    contact = membership.details.get("contact_technical") or {}
    key = contact.get("key", "") if contact.get("email", "").lower() == email.lower() else ""
    recipient = Recipient(email, membership.language, key)
    _send(actor, membership, "membership_key", recipient, {"account": user.email}, link)


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
    for name in TOLD:
        contact = membership.details.get(f"contact_{name}") or {}
        if email := contact.get("email"):
            found.setdefault(email, Recipient(email, membership.language, contact.get("key", "")))
    recipients = [each for email, each in found.items() if not any(is_one_mailbox(email, one) for one in but)]
    about = Target("membership", membership.pk, title=str(membership))
    send(actor, kind, recipients, {"organisation": membership.organisation.name, **facts}, about=about)


def _send(
    actor: Actor, membership: Membership, kind: str, recipient: Recipient, facts: dict[str, str], link: str
) -> None:
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    send(actor, kind, [recipient], known, private={"link": link}, about=about)
