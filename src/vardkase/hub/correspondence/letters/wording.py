"""Common parts of all letters: sender, dates and times."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext

from vardkase.core.errors import Conflict
from vardkase.core.mail.settings import FROM_NAME
from vardkase.hub.correspondence.appeals import APPEAL
from vardkase.hub.correspondence.kinds import MailKind
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS, SENDER_NAME, SERVICE_NAME
from vardkase.hub.correspondence.templates import kind_of, texts
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

REPRESENTS_THE_PUBLIC = frozenset({"state_authority", "region", "municipality"})
"""Sectors of parties that represent the public (det allmänna) before a court."""


def sender() -> str:
    return SENDER_NAME.value or FROM_NAME.value or "Vårdkase"


def owner_name() -> str:
    """The hub owner's name on public pages: as in letters, else its organisation's."""
    if SENDER_NAME.value:
        return SENDER_NAME.value
    host = Organisation.objects.filter(pk=host_organisation_id() or 0).first()
    return host.name if host else sender()


def sender_and_address() -> str:
    """The sender with postal address, for use in a sentence: "CERT-SE, Box 1, 104 22 Stockholm"."""
    return ", ".join(filter(None, (sender(), SENDER_ADDRESS.value)))


def missing_for_decisions() -> list[str]:
    """The settings without which no decision can be written."""
    needed = [SENDER_NAME, SENDER_ADDRESS]
    if any(text.body for text in texts(kind_of(APPEAL)).values()):
        needed.append(APPEAL_COURT)
    return [each.name for each in needed if not each.value.strip()]


def require_sender(kind: MailKind) -> None:
    """Raise Conflict for a decision that would not say who decides, or where to appeal."""
    if APPEAL in kind.sections and (missing := missing_for_decisions()):
        raise Conflict(LetterProblem.SENDER_UNKNOWN(names=missing))


def appeal_facts(sector: str) -> dict[str, str]:
    """The facts for the section on appeals, in the active language.

    For a party that represents the public, the three weeks count from the day of the decision, for all others
    from the day of receipt (44 § förvaltningslagen).
    """
    period = (
        gettext("three weeks from the day of the decision")
        if sector in REPRESENTS_THE_PUBLIC
        else gettext("three weeks from the day on which you received the decision")
    )
    return {"court": APPEAL_COURT.value, "appeal_period": period, "service": SERVICE_NAME.value}


def moment(when: datetime) -> str:
    """A day and a time in the active language: "26 november 2026 kl. 14.31"."""
    local = timezone.localtime(when)
    words = {"day": formatted(local, "j F Y"), "time": formatted(local, gettext("H:i"))}
    return gettext("%(day)s at %(time)s") % words
