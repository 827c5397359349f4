"""Conditions and exceptions as a decision states them: the same for an approval and for a later decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.law.queries import citation, provisions
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.problems import HubProblem

MOST = 10
LONGEST = 2000
LONGEST_PERIOD = timedelta(days=5 * 366)
SECTION = "conditions"
"""The section of letters that holds them."""
NAMES = ("kind", "text", "provision", "day")


class ConditionKind(TextChoices):
    CONDITION = "condition", _("Condition")
    EXCEPTION = "exception", _("Exception from a security requirement")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCondition:
    """`day` is the last day to meet a condition, or the last day of an exception; `provision` a key of `hub.law`."""

    kind: ConditionKind
    text: str
    provision: str
    day: date

    @classmethod
    def stored(cls, given: Mapping[str, Any]) -> Self:
        """Of the parameters of a request, which were checked when it was made."""
        kind, day = ConditionKind(given["kind"]), date.fromisoformat(given["day"])
        return cls(kind=kind, text=given["text"], provision=given["provision"], day=day)

    def as_parameters(self) -> dict[str, str]:
        return {**asdict(self), "kind": self.kind.value, "day": self.day.isoformat()}

    def in_words(self) -> str:
        """One line in the active language."""
        words = {
            ConditionKind.CONDITION: gettext("Condition, to be met no later than %(day)s: %(text)s"),
            ConditionKind.EXCEPTION: gettext("Exception, through %(day)s: %(text)s"),
        }[self.kind]
        line = words % {"day": formatted(self.day, "j F Y"), "text": " ".join(self.text.split())}
        return f"{line} ({citation(self.provision)})" if self.provision else line


def in_letters(stated: Iterable[StatedCondition]) -> str:
    return "\n".join(each.in_words() for each in stated)


def letter_facts(stated: Collection[StatedCondition]) -> dict[str, str]:
    """The variables of the section of letters, in the active language; what applies to neither is left out."""
    kinds = {each.kind for each in stated}
    rules = {
        ConditionKind.CONDITION: gettext(
            "Tell us on the page Membership when a condition is met. You can also attach evidence there. If a "
            "condition is not met in time, we may decide on restrictions."
        ),
        ConditionKind.EXCEPTION: gettext(
            "When an exception has ended, the requirement applies unless we have decided otherwise."
        ),
    }
    return {
        "stated_conditions": in_letters(stated),
        "condition_rules": rules[ConditionKind.CONDITION] if ConditionKind.CONDITION in kinds else "",
        "exception_rules": rules[ConditionKind.EXCEPTION] if ConditionKind.EXCEPTION in kinds else "",
    }


def read_conditions(given: Any) -> list[StatedCondition]:
    """What a form or a client gives: objects with NAMES, of which empty ones are skipped.

    Raises Invalid by field, `condition_2_day` for the day of the second; under `conditions` for the list itself.
    """
    rows = given if isinstance(given, list | tuple) else None
    if rows is None or not all(isinstance(row, Mapping) for row in rows) or len(rows) > MOST:
        raise Invalid({"conditions": [AssessmentProblem.CONDITION_LIST(most=MOST)]})
    errors: dict[str, list[Problem]] = {}
    found = []
    for number, row in enumerate(rows, 1):
        values = {name: row.get(name) or "" for name in NAMES}
        if not any(values.values()):
            continue
        wrong = _problems(values)
        errors |= {f"condition_{number}_{name}": [problem] for name, problem in wrong.items()}
        if not wrong:
            found.append(
                StatedCondition(
                    kind=ConditionKind(values["kind"]),
                    text=str(values["text"]).strip(),
                    provision=str(values["provision"]),
                    day=_day(values["day"]) or today(),
                )
            )
    if errors:
        raise Invalid(errors)
    return found


def checked_day(given: Any, field: str = "day") -> date:
    """A day that a condition or exception may have. Raises Invalid under `field`."""
    day = _day(given)
    if day is None or not today() < day <= today() + LONGEST_PERIOD:
        raise Invalid({field: [_wrong_day()]})
    return day


def _problems(values: Mapping[str, Any]) -> dict[str, Problem]:
    problems: dict[str, Problem] = {}
    if values["kind"] not in ConditionKind.values:
        problems["kind"] = CommonProblem.NO_SUCH_CHOICE(choices=ConditionKind.values)
    text = values["text"].strip() if isinstance(values["text"], str) else ""
    if not text or len(text) > LONGEST or "\0" in text:
        problems["text"] = HubProblem.TEXT_LENGTH(count=LONGEST)
    if values["provision"] and values["provision"] not in provisions():
        problems["provision"] = AssessmentProblem.NO_SUCH_PROVISION()
    day = _day(values["day"])
    if day is None or not today() < day <= today() + LONGEST_PERIOD:
        problems["day"] = _wrong_day()
    return problems


def _wrong_day() -> Problem:
    return AssessmentProblem.CONDITION_DAY(most=LONGEST_PERIOD.days // 366)


def _day(given: Any) -> date | None:
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
