"""Mail to members about their security statement."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from vardkase.audit.services import AuditActor
from vardkase.hub.correspondence import MailKind, register
from vardkase.hub.membership.members.letters import write
from vardkase.hub.membership.members.models import Membership

FACTS = {"organisation": "Exempelköpings kommun", "day": "31 december 2027"}
KINDS = (
    MailKind(
        "statement_reminder",
        describes=_("A security statement ends in 60, 30 or 7 days"),
        facts={**FACTS, "days": "30"},
        subject={
            "sv": "Säkerhetsförklaringen för {organisation} går ut den {day}",
            "en": "The security statement of {organisation} ends on {day}",
        },
        body={
            "sv": "Hej,\n\nsäkerhetsförklaringen för {organisation} går ut den {day}, om {days} dagar. Er "
            "administratör förnyar den på sidan Medlemskap och säkerhetsförklaring. Utan en giltig säkerhetsförklaring "
            "kan ni ta del av information men inte dela, och efter en tid stängs API-anslutningen av.",
            "en": "Hello,\n\nthe security statement of {organisation} ends on {day}, in {days} days. Your "
            "administrator renews it on the page Membership and statement. Without a valid statement you can read but "
            "not write, and after a while the API connection is suspended.",
        },
    ),
    MailKind(
        "statement_accepted",
        describes=_("A security statement has been accepted"),
        facts=FACTS,
        subject={
            "sv": "Säkerhetsförklaringen för {organisation} är godkänd",
            "en": "The security statement of {organisation} is accepted",
        },
        body={
            "sv": "Hej,\n\nsäkerhetsförklaringen för {organisation} är godkänd och gäller till och med den {day}.",
            "en": "Hello,\n\nthe security statement of {organisation} is accepted and holds through {day}.",
        },
    ),
    MailKind(
        "statement_returned",
        describes=_("A security statement has been returned to the member"),
        facts={"organisation": FACTS["organisation"], "reason": "Planen för åtkomst saknas."},
        subject={
            "sv": "Säkerhetsförklaringen för {organisation} behöver kompletteras",
            "en": "The security statement of {organisation} needs more",
        },
        body={
            "sv": "Hej,\n\nvi har granskat säkerhetsförklaringen för {organisation} och behöver mer innan vi kan "
            "godkänna den:\n\n{reason}\n\nKomplettera den på sidan Medlemskap och säkerhetsförklaring.",
            "en": "Hello,\n\nwe have reviewed the security statement of {organisation} and need more before we can "
            "accept it:\n\n{reason}\n\nComplete it on the page Membership and statement.",
        },
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def remind(actor: AuditActor, membership: Membership, valid_until: date, days: int) -> None:
    write(actor, membership, "statement_reminder", day=_day(membership, valid_until), days=str(days))


def accepted(actor: AuditActor, membership: Membership, valid_until: date) -> None:
    write(actor, membership, "statement_accepted", day=_day(membership, valid_until))


def returned(actor: AuditActor, membership: Membership, reason: str) -> None:
    write(actor, membership, "statement_returned", reason=reason)


def _day(membership: Membership, day: date) -> str:
    with override(membership.language):
        return date_format(day, "j F Y")
