"""The letter about a restriction that the hub sets by itself when a security statement has expired."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.core.clock import today
from vardkase.core.mail.kinds import kind_named
from vardkase.hub.correspondence.letters.wording import APPEAL, NO, decision_facts, is_ready
from vardkase.hub.law.queries import answer
from vardkase.hub.membership.members import mails
from vardkase.hub.membership.members.adverse_decisions import ChangeGround, cited, ground_in_letters
from vardkase.hub.membership.members.letter_content import LANGUAGES, LIMITS, sender_facts, write_letter
from vardkase.hub.membership.members.models import Membership, Restriction, RestrictionCause, RestrictionKind
from vardkase.hub.membership.members.queries import (
    is_reserved,
    is_reserved_in_decision,
    last_statement_day,
    restrictions,
)
from vardkase.hub.membership.members.settings import GRACE_DAYS
from vardkase.hub.membership.statements.queries import current

LETTER = "letter_statement_limit"
IS_A_DECISION = "automatic_limit_appealable"


def send_owed(actor: AuditActor, membership: Membership) -> int:
    """Write and send the letters about restrictions that have none yet; returns how many.

    They wait while the authority has not settled who the sender is, on what decisions rest, or where to appeal.
    """
    if not is_ready(kind_named(LETTER)):
        return 0
    owed = list(restrictions(membership).filter(cause=RestrictionCause.STATEMENT, letter=None))
    for restriction in owed:
        _send(actor, membership, restriction)
    return len(owed)


def _send(actor: AuditActor, membership: Membership, restriction: Restriction) -> None:
    is_decision = answer(IS_A_DECISION) != NO
    facts = {}
    for language in LANGUAGES:
        with override(language):
            facts[language] = {
                **sender_facts(actor, membership, language),
                **decision_facts(membership.sector),
                **_about(membership, RestrictionKind(restriction.kind), is_decision=is_decision),
            }
    without = () if is_decision else (APPEAL,)
    restriction.letter, paper = write_letter(actor, membership, LETTER, facts, without)
    restriction.save(update_fields=["letter"])
    mails.write(actor, membership, "statement_limit", paper, number=restriction.letter.number)


def _about(membership: Membership, kind: RestrictionKind, *, is_decision: bool) -> dict[str, str]:
    until = last_statement_day(membership)
    grace_ends = until + timedelta(days=GRACE_DAYS.value)
    is_first = kind == RestrictionKind.READ_ONLY
    reserved = is_decision and is_reserved(membership)
    return {
        "heading": gettext("Decision") if is_decision else gettext("What applies"),
        "who_heading": gettext("Who made the decision")
        if is_decision
        else gettext("Who set the restriction"),
        "day": _day((until if is_first else grace_ends) + timedelta(days=1)),
        "limit": str(LIMITS[kind]) if is_first else _api_limit(),
        "reason": _reason(membership, until, grace_ends, is_first=is_first),
        "ground": ground_in_letters(ChangeGround.RESERVED, in_decision=is_reserved_in_decision(membership))
        if reserved
        else "",
        "hearing": _hearing(membership, is_decision=is_decision),
        "immediate": _immediate(can_read=is_first) if is_decision else "",
        "next": gettext(
            "If we have not accepted a new security statement by %(day)s, your API connection and your "
            "synchronisation will be disabled as well."
        )
        % {"day": _day(grace_ends)}
        if is_first and grace_ends >= today()
        else "",
        "act_provisions": cited(_provisions(is_decision=is_decision, reserved=reserved)),
    }


def _api_limit() -> str:
    # Beside the limit that already applies.
    return gettext(
        "Your API connection and your synchronisation are disabled. On the web pages you can still read information "
        "but not share any."
    )


def _immediate(*, can_read: bool) -> str:
    weighed = (
        gettext(
            "We have weighed that you can still read information, that the restriction ends as soon as we have "
            "accepted a new security statement, and that it then leaves no lasting effects."
        )
        if can_read
        else gettext(
            "We have weighed that the restriction ends as soon as we have accepted a new security statement, and that "
            "it then leaves no lasting effects."
        )
    )
    return " ".join(
        (
            gettext(
                "The restriction takes effect at once, even if it is appealed, since a weighty public interest "
                "requires it: those who share information need to rely on every member meeting the security "
                "requirements."
            ),
            weighed,
            gettext("The weighing was made in advance, for all members."),
            gettext("The court can decide that the restriction is not to apply for the time being."),
        )
    )


def _reason(membership: Membership, until: date, grace_ends: date, *, is_first: bool) -> str:
    if membership.statement_until is None:
        reason = gettext("There is no security statement from you that we have accepted.")
    else:
        reason = gettext("Your security statement expired on %(day)s.") % {"day": _day(until)}
    if is_first:
        return reason
    ended = gettext("It was not renewed during the grace period, which ended on %(day)s.")
    return f"{reason} {ended % {'day': _day(grace_ends)}}"


def _hearing(membership: Membership, *, is_decision: bool) -> str:
    statement = current(membership)
    said = []
    if statement and statement.reminded:
        said.append(gettext("We reminded you before it expired."))
    if is_decision:
        said.append(
            gettext(
                "We did not ask for your comments before the decision, since that was obviously unnecessary: it "
                "follows from the dates of your security statement alone."
            )
        )
    return " ".join(said)


def _provisions(*, is_decision: bool, reserved: bool) -> list[str]:
    if not is_decision:
        return []
    return ["fl_5", "fl_25", "fl_28", "fl_35", *(["fl_37"] if reserved else [])]


def _day(day: date) -> str:
    return formatted(day, "j F Y")
