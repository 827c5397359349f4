"""Mail about publication requests, to approvers and the requester. It refers to the event by number only."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from vardkase.audit.services import AuditActor, Target
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.correspondence.kinds import LANGUAGES
from vardkase.hub.policy.approvals.rules import deciders
from vardkase.hub.policy.models import ApprovalDecision, PublicationApproval
from vardkase.identity.accounts.models import User

LINK = "https://hub.example/policy/approvals/7/"
FACTS = {"event": "4711", "requester": "ada@kommun.example", "link": LINK}

KINDS = (
    MailKind(
        "approval_asked",
        describes=_("A publication is waiting for a second person"),
        facts={**FACTS, "until": "1 december 2026"},
        subject={
            "sv": "Händelse {event} väntar på ditt godkännande",
            "en": "Event {event} waits for your approval",
        },
        body={
            "sv": "Hej,\n\n{requester} vill publicera händelse {event}. Enligt er MISP-policy ska en andra person "
            "godkänna det. Titta på händelsen och besluta senast den {until}:\n\n{link}",
            "en": "Hello,\n\n{requester} wants to publish event {event}. Your MISP policy asks for a second person to "
            "approve it. Look at the event and decide by {until}:\n\n{link}",
        },
    ),
    MailKind(
        "approval_given",
        describes=_("A publication was approved by a second person"),
        facts={**FACTS, "name": "bo@kommun.example"},
        subject={"sv": "Händelse {event} är publicerad", "en": "Event {event} is published"},
        body={
            "sv": "Hej,\n\n{name} har godkänt händelse {event}, och den är nu publicerad.\n\n{link}",
            "en": "Hello,\n\n{name} has approved event {event}, and it is published now.\n\n{link}",
        },
    ),
    MailKind(
        "approval_refused",
        describes=_("A publication was rejected by a second person"),
        facts={**FACTS, "name": "bo@kommun.example"},
        subject={"sv": "Händelse {event} publiceras inte", "en": "Event {event} is not published"},
        body={
            "sv": "Hej,\n\n{name} har avslagit begäran att publicera händelse {event}. Läs varför här:\n\n{link}",
            "en": "Hello,\n\n{name} has rejected the request to publish event {event}. Read why here:\n\n{link}",
        },
    ),
    MailKind(
        "approval_changed",
        describes=_("An event changed before its publication was approved"),
        facts={**FACTS, "name": "bo@kommun.example"},
        subject={"sv": "Händelse {event} har ändrats", "en": "Event {event} has changed"},
        body={
            "sv": "Hej,\n\nhändelse {event} ändrades innan {name} hann godkänna den. Den är inte publicerad. Titta på "
            "ändringarna och publicera den igen för att göra en ny begäran.\n\n{link}",
            "en": "Hello,\n\nevent {event} changed before {name} could approve it. It is not published. Look at the "
            "changes, and publish it again to ask anew.\n\n{link}",
        },
    ),
    MailKind(
        "approval_expired",
        describes=_("Nobody decided on a publication in time"),
        facts=FACTS,
        subject={"sv": "Ingen har godkänt händelse {event}", "en": "Nobody has approved event {event}"},
        body={
            "sv": "Hej,\n\ningen har tagit ställning till händelse {event} i tid. Den är inte publicerad. Publicera "
            "den igen för att göra en ny begäran.\n\n{link}",
            "en": "Hello,\n\nnobody has decided about event {event} in time. It is not published. Publish it again to "
            "ask anew.\n\n{link}",
        },
    ),
)
ABOUT = {
    ApprovalDecision.APPROVED: "approval_given",
    ApprovalDecision.REJECTED: "approval_refused",
    ApprovalDecision.EXPIRED: "approval_expired",
    ApprovalDecision.CHANGED: "approval_changed",
}


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def tell_deciders(actor: AuditActor, approval: PublicationApproval) -> None:
    people = list(deciders(approval))
    for language in LANGUAGES:
        with override(language):
            until = date_format(timezone.localdate(approval.expires_at), "j F Y")
        asked = [each for each in people if _language(each) == language]
        _send(actor, "approval_asked", asked, approval, {**_facts(approval), "until": until})


def tell_requester(actor: AuditActor, approval: PublicationApproval) -> None:
    kind = ABOUT.get(ApprovalDecision(approval.state))
    if kind is None or approval.requester is None:
        return
    facts = _facts(approval)
    if kind != "approval_expired":
        facts["name"] = approval.decided_by
    _send(actor, kind, [approval.requester], approval, facts)


def _send(
    actor: AuditActor, kind: str, to: Iterable[User], approval: PublicationApproval, facts: dict[str, str]
) -> None:
    people = [Recipient(user.email, _language(user), user.gpgkey or user.certif_public or "") for user in to]
    private = {"link": f"{settings.BASE_URL}/policy/approvals/{approval.pk}/"}
    about = Target("event", approval.event_id, approval.event_uuid)
    send(actor, kind, people, facts, private=private, about=about)


def _language(user: User) -> str:
    return user.language if user.language in LANGUAGES else settings.LANGUAGE_CODE


def _facts(approval: PublicationApproval) -> dict[str, str]:
    return {"event": str(approval.event_id), "requester": approval.requester_name}
