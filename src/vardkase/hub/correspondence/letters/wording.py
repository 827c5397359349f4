"""Common parts of all letters: the sender, and how to appeal."""

from __future__ import annotations

from django.utils.translation import gettext

from vardkase.core.errors import Conflict
from vardkase.core.mail.kinds import MailKind, kind_named
from vardkase.core.mail.settings import SENDER_NAME, sender
from vardkase.core.mail.texts import texts
from vardkase.hub.correspondence.problems import LetterProblem
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS, SERVICE_NAME
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

APPEAL = "appeal"
"""The section of decisions that says how to appeal."""
REPRESENTS_THE_PUBLIC = frozenset({"state_authority", "region", "municipality"})
"""Sectors of parties that represent the public (det allmänna) before a court."""


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
    if any(text.body for text in texts(kind_named(APPEAL)).values()):
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
        else gettext("three weeks from the day you received the decision")
    )
    return {"court": APPEAL_COURT.value, "appeal_period": period, "service": SERVICE_NAME.value}
