"""Common parts of all letters: the sender, and how to appeal."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.clock import today
from vardkase.core.errors import Conflict
from vardkase.core.mail.kinds import MailKind
from vardkase.core.mail.settings import SENDER_NAME, sender
from vardkase.core.settings import Setting
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS, SERVICE_NAME
from vardkase.hub.law.kinds import YesNo
from vardkase.hub.law.problems import LawProblem
from vardkase.hub.law.queries import answer, find_deadline, unanswered
from vardkase.hub.law.working_days import last_day
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

APPEAL = "appeal"
"""The section of decisions that says how to appeal."""
RESERVATION = "reservation"
"""The section of an approval that reserves the right to change it to the party's detriment (37 § förvaltningslagen)."""
PUBLIC_SECTORS = frozenset({"state_authority", "region", "municipality"})
"""Sectors of parties that may represent the public (det allmänna) before a court: the authority says whether."""
APPEALABLE, BASIS, PUBLIC_PARTY = QUESTIONS = ("membership_appealable", "membership_basis", "public_party")
"""Questions of `hub.law` that must be answered before a decision on membership is written."""
YES, NO = YesNo.values
OF_THE_SENDER = (SENDER_NAME, SENDER_ADDRESS)
SIGNED = frozenset({"decider", "sender_address"})
"""What a letter names in which an officer acts for the authority."""


def owner_name() -> str:
    """The hub owner's name on public pages: as in letters, else its organisation's."""
    return known_owner_name() or sender()


def known_owner_name() -> str:
    """As `owner_name`; empty if the hub knows none."""
    if SENDER_NAME.value:
        return SENDER_NAME.value
    host = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    return host.name if host else ""


def sender_and_address() -> str:
    """The sender with postal address, for use in a sentence: "CERT-SE, Box 1, 104 22 Stockholm"."""
    return ", ".join(filter(None, (sender(), SENDER_ADDRESS.value)))


def missing_for_decisions() -> list[str]:
    """The settings without which no decision can be written."""
    needed = [*OF_THE_SENDER]
    if answer(APPEALABLE) != NO:
        needed.append(APPEAL_COURT)
    return _empty(needed)


def is_ready(kind: MailKind) -> bool:
    """Whether a letter of this kind can be written now."""
    try:
        require_ready(kind)
    except Conflict:
        return False
    return True


def require_ready(kind: MailKind) -> None:
    """Raise Conflict for a letter that would not say who acts, or a decision not on what it rests or how to appeal."""
    if "provisions" in kind.variables or APPEAL in kind.sections:
        missing, open_questions = missing_for_decisions(), unanswered(QUESTIONS)
    else:
        missing = _empty(OF_THE_SENDER) if kind.variables.keys() >= SIGNED else []
        open_questions = []
    if missing:
        raise Conflict(LetterProblem.SENDER_UNKNOWN(names=missing))
    if open_questions:
        raise Conflict(LawProblem.UNANSWERED(questions=open_questions))


def _empty(needed: Iterable[Setting[str]]) -> list[str]:
    return [each.name for each in needed if not each.value.strip()]


def left_out_sections() -> frozenset[str]:
    """The sections that no letter has: how to appeal, where the authority's decisions cannot be appealed."""
    return frozenset({APPEAL}) if answer(APPEALABLE) == NO else frozenset()


def decision_facts(sector: str) -> dict[str, str]:
    """The facts that every decision states, in the active language: the provisions, and how to appeal."""
    return {
        "provisions": answer(BASIS),
        "court": APPEAL_COURT.value,
        "appeal_period": _appeal_period(sector),
        "service": SERVICE_NAME.value,
    }


def _appeal_period(sector: str) -> str:
    """For a party that represents the public it is counted from the day of the decision, for all others from the
    day of service (44 § förvaltningslagen). While nobody has answered who does, the longer period is stated: an
    authority's wrong instruction must not cost anyone their appeal (45 §)."""
    return appeal_period(is_public=sector in PUBLIC_SECTORS and answer(PUBLIC_PARTY) == YES)


def appeal_period(*, is_public: bool) -> str:
    """Of a decision that is dated today, with the last day where it is known."""
    if is_public:
        deadline = find_deadline("appeal_public")
        if last := last_day(deadline, today()):
            facts = {"period": deadline.period, "day": date_format(last, "j F Y")}
            return gettext("%(period)s from the date of the decision. The last day is %(day)s") % facts
    return gettext("%(period)s from the day you received the decision") % {
        "period": find_deadline("appeal_private").period
    }
