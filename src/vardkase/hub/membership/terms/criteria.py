"""Assessment criteria for applications: a checklist belonging to a version of the terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import get_language

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.hub.problems import HubProblem

STEPS = ("organisation", "contacts", "needs", "security", "connection", "terms")
"""The parts of an application that a criterion can point to."""
MOST = 40
LONGEST_TITLE = 200
LONGEST_HELP = 1000


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion. `step` is the part of the application that shows whether it is met."""

    key: str
    title_sv: str
    title_en: str
    help_sv: str = ""
    help_en: str = ""
    step: str = "organisation"
    only_api: bool = False

    @property
    def title(self) -> str:
        return self.title_sv if get_language() == "sv" else self.title_en

    @property
    def help(self) -> str:
        return self.help_sv if get_language() == "sv" else self.help_en

    def applies(self, by_api: bool) -> bool:
        return by_api or not self.only_api


def stored(criteria: Iterable[Criterion]) -> list[dict[str, Any]]:
    return [asdict(criterion) for criterion in criteria]


def read_criteria(given: Iterable[Mapping[str, Any]]) -> list[Criterion]:
    """Criteria from an officer's input; those without a key get one. Raises Invalid under `criteria`."""
    criteria: dict[str, Criterion] = {}
    for fields in given:
        criterion = _read(fields, criteria.keys())
        criteria[criterion.key] = criterion
    if not criteria or len(criteria) > MOST:
        raise Invalid({"criteria": [TermsProblem.NUMBER_OF_CRITERIA(most=MOST)]})
    return list(criteria.values())


def _read(given: Mapping[str, Any], taken: Iterable[str]) -> Criterion:
    texts = {
        name: _text(given, name, LONGEST_TITLE if name.startswith("title") else LONGEST_HELP)
        for name in ("title_sv", "title_en", "help_sv", "help_en")
    }
    if not (texts["title_sv"] and texts["title_en"]):
        raise Invalid({"criteria": [TermsProblem.LACKS_NAMES()]})
    step = given.get("step") or "organisation"
    if step not in STEPS:
        raise Invalid({"criteria": [CommonProblem.NO_SUCH_CHOICE(choices=STEPS)]})
    # The key stays when a title changes: assessments refer to it.
    key = str(given.get("key") or slugify(texts["title_en"]).replace("-", "_"))[:64] or "criterion"
    if key in taken:
        raise Invalid({"criteria": [TermsProblem.NAME_TAKEN(name=texts["title_en"])]})
    return Criterion(key, **texts, step=str(step), only_api=bool(given.get("only_api")))


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    text = " ".join(str(given.get(name) or "").split())
    if len(text) > longest or "\0" in text:
        raise Invalid({"criteria": [HubProblem.TEXT_LENGTH(count=longest)]})
    return text
