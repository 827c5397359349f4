"""Mail to members about their membership."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target
from vardkase.hub.correspondence import Attachment, MailKind, Recipient, register, send
from vardkase.hub.membership.members.models import Membership, RestrictionKind
from vardkase.identity.accounts.queries import active_users

ORGANISATION = {"organisation": "Exempelköpings kommun"}
REASON = {**ORGANISATION, "reason": "Skäl"}
KINDS = (
    MailKind(
        "membership_activated",
        describes=_("A membership has become active"),
        facts=ORGANISATION,
        subject={
            "sv": "{organisation} är nu medlem",
            "en": "{organisation} is a member now",
        },
        body={
            "sv": "Hej,\n\nanslutningen är klar och medlemskapet för {organisation} är aktivt. Ni kan läsa och dela "
            "information från och med nu.",
            "en": "Hello,\n\nthe connection is complete and the membership of {organisation} is active. You can read "
            "and share from now on.",
        },
    ),
    MailKind(
        "membership_limited",
        describes=_("A membership has been suspended or limited"),
        facts={**REASON, "limit": "API-anslutningen är avstängd."},
        subject={
            "sv": "Medlemskapet för {organisation} har begränsats",
            "en": "The membership of {organisation} has been limited",
        },
        body={
            "sv": "Hej,\n\nvi har begränsat medlemskapet för {organisation}: {limit}\n\nSkäl: {reason}\n\nPå sidan "
            "Medlemskap och säkerhetsförklaring ser ni vad som gäller. Hör av er till kundtjänst om något är oklart "
            "eller fel.",
            "en": "Hello,\n\nthe membership of {organisation} has been limited: {limit}\n\nReasons: {reason}\n\nThe "
            "page Membership and statement shows how it stands. Write to us if anything is unclear.",
        },
    ),
    MailKind(
        "membership_restored",
        describes=_("A suspension or limit has been lifted"),
        facts=REASON,
        subject={
            "sv": "Begränsningen för {organisation} är hävd",
            "en": "The limit for {organisation} is lifted",
        },
        body={
            "sv": "Hej,\n\nvi har hävt begränsningen av medlemskapet för {organisation}. Allt fungerar som förut."
            "\n\nSkäl: {reason}",
            "en": "Hello,\n\nthe limit of the membership of {organisation} is lifted. Everything works as before."
            "\n\nReasons: {reason}",
        },
    ),
    MailKind(
        "membership_ended",
        describes=_("A membership has ended"),
        facts={**REASON, "contributions": "Det ligger kvar i ert namn."},
        subject={
            "sv": "Medlemskapet för {organisation} har upphört",
            "en": "The membership of {organisation} has ended",
        },
        body={
            "sv": "Hej,\n\nmedlemskapet för {organisation} har upphört. Era konton är avstängda, era nycklar gäller "
            "inte längre och vi utbyter ingen information med er. Beslutet är bifogat."
            "\n\nSkäl: {reason}\n\nDet ni har bidragit med: "
            "{contributions}\n\nHör av er till kundtjänst om ni har frågor.",
            "en": "Hello,\n\nthe membership of {organisation} has ended. Accounts are off, keys have ended, and "
            "nothing is exchanged any more. The decision is attached."
            "\n\nReasons: {reason}\n\nWhat you have contributed: {contributions}"
            "\n\nTurn to customer service if you have questions.",
        },
    ),
    MailKind(
        "membership_change_decided",
        describes=_("A proposed change of a member’s data has been decided"),
        facts={**ORGANISATION, "decision": "Ändringen är godtagen."},
        subject={
            "sv": "Beslut om ändrade uppgifter för {organisation}",
            "en": "Decision on the change of data of {organisation}",
        },
        body={
            "sv": "Hej,\n\nvi har prövat de ändringar som ni föreslog i uppgifterna om {organisation}. "
            "{decision}\n\nPå sidan Medlemskap och säkerhetsförklaring ser ni vilka uppgifter som gäller.",
            "en": "Hello,\n\nwe have looked at the changes that you proposed in the data of {organisation}. "
            "{decision}\n\nThe page Membership and statement shows your data.",
        },
    ),
)
LIMITS = {
    RestrictionKind.SUSPENDED: {
        "sv": "det är helt avstängt. Beslutet är bifogat.",
        "en": "it is suspended as a whole. The decision is attached.",
    },
    RestrictionKind.NO_SYNC: {
        "sv": "API-anslutningen är avstängd.",
        "en": "the API connection is suspended.",
    },
    RestrictionKind.READ_ONLY: {
        "sv": "ni kan ta del av information men inte dela.",
        "en": "you can receive information but not share it.",
    },
}


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def recipients(membership: Membership, *contacts: str) -> list[Recipient]:
    people = [membership.details.get(f"contact_{name}") or {} for name in contacts or ("main", "technical")]
    found = [
        Recipient(person["email"], membership.language, person.get("key", ""))
        for person in people
        if person.get("email")
    ]
    administrators = active_users().filter(org=membership.organisation_id, role__perm_admin=True)
    return found + [
        Recipient(user.email, user.language or membership.language, user.gpgkey or "")
        for user in administrators
    ]


def recipients_by_id(membership_id: int) -> list[Recipient]:
    membership = Membership.objects.select_related("organisation").filter(pk=membership_id).first()
    return recipients(membership) if membership else []


def write(actor: AuditActor, membership: Membership, kind: str, *papers: Attachment, **facts: str) -> None:
    """Write to the member, with `papers` attached; recorded as correspondence about its membership."""
    known = {"organisation": membership.organisation.name, **facts}
    about = Target("membership", membership.pk, title=str(membership))
    send(actor, kind, recipients(membership), known, about=about, attachments=papers)


def limit(membership: Membership, kind: str) -> str:
    return LIMITS[RestrictionKind(kind)]["sv" if membership.language == "sv" else "en"]
