"""Recommendation of API, web or both, derived from the answers, with reasons. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.questionnaire.fields import value_at


class Advice(StrEnum):
    API = "api"
    WEB = "web"
    BOTH = "both"
    WEB_THEN_API = "web_then_api"


ADVICE: Mapping[Advice, Promise] = {
    Advice.API: _("API"),
    Advice.WEB: _("Web"),
    Advice.BOTH: _("API and web"),
    Advice.WEB_THEN_API: _("Web now, API later"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    text: str | Promise
    known: bool = True


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An advice with its reasons, most important first."""

    advice: Advice
    reasons: tuple[Reason, ...]

    @property
    def title(self) -> Promise:
        return ADVICE[self.advice]


AUTOMATES = frozenset({"platform", "automatic"})
ABLE = frozenset({"sharing", "watch"})
STAFFED = frozenset({"days", "full"})
BY_PEOPLE = frozenset({"contact", "risk"})
"""What people read and write rather than machines."""


def recommendation(answers: Mapping[str, Any]) -> Recommendation | None:
    """The advice that follows from the answers of step "needs"; None until current technology and target are
    known."""
    now, target = value_at(answers, "technology.now"), value_at(answers, "technology.target")
    if not now and not target:
        return None
    return Recommendation(_advice(answers), tuple(_reasons(answers)))


def _advice(answers: Mapping[str, Any]) -> Advice:
    is_ready = (
        value_at(answers, "technology.now") in AUTOMATES
        and value_at(answers, "processes.now") in ABLE
        and value_at(answers, "resources.now") in STAFFED
    )
    if is_ready:
        return Advice.BOTH if BY_PEOPLE & set(answers.get("value") or ()) else Advice.API
    wants = value_at(answers, "technology.target") in AUTOMATES
    return Advice.WEB_THEN_API if wants else Advice.WEB


def _reasons(answers: Mapping[str, Any]) -> list[Reason]:
    reasons = [
        _of(
            answers,
            "technology.now",
            TECHNOLOGY_NOW,
            _("You have not yet told us how you receive indicators today."),
        ),
        _of(answers, "technology.target", TECHNOLOGY_TARGET, _("You have not yet told us your target.")),
        _of(
            answers,
            "processes.now",
            PROCESSES_NOW,
            _("You have not yet told us what processes you have today."),
        ),
        _of(answers, "resources.now", RESOURCES_NOW, _("You have not yet told us how much time you have.")),
    ]
    reads = Reason(_("You want contacts and material for people to read, which is what the web is for."))
    return [*reasons, reads] if BY_PEOPLE & set(answers.get("value") or ()) else reasons


def _of(answers: Mapping[str, Any], key: str, texts: Mapping[str, Promise], unknown: Promise) -> Reason:
    text = texts.get(str(value_at(answers, key) or ""))
    return Reason(text) if text is not None else Reason(unknown, known=False)


TECHNOLOGY_NOW = {
    "none": _("You receive no indicators today. The web interface needs no installation."),
    "manual": _("You enter indicators manually today."),
    "platform": _("You have a platform that can be connected by API."),
    "automatic": _("Indicators already reach your security tools automatically, which suits the API."),
}
TECHNOLOGY_TARGET = {
    "none": _("Your target needs no automation. The web is enough."),
    "manual": _("Your target is manual work. The web is enough."),
    "platform": _("Your target is your own platform. The API is suitable once the process is in place."),
    "automatic": _("Your target requires automation. The API is suitable once the process is in place."),
}
PROCESSES_NOW = {
    "none": _("There is no process yet for assessing what is shared."),
    "incidents": _("Your process covers incidents, but not yet sharing."),
    "sharing": _("You have a process for sharing, with reviewers."),
    "watch": _("You have on-call staff who act on matches."),
}
RESOURCES_NOW = {
    "none": _("No time is set aside for maintaining an API connection."),
    "hours": _("A few hours a week are enough for the web, but hardly for an API connection."),
    "days": _("You have time to maintain an API connection."),
    "full": _("You have people to maintain an API connection."),
}
