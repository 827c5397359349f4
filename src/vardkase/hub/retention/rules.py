"""What a retention rule may say, and who handles retention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import TextChoices

from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.fields import read
from vardkase.core.problems import Problem
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.retention.models import CountedFrom, RetentionPlanRule, RetentionSubject, RetentionWay
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, parties_of
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.misp.types import TYPES

LONGEST_TITLE, LONGEST_TEXT, LONGEST_TAG = 120, 2000, 255
MOST_MONTHS = 1200

OF_PERSONAL_DATA = (
    "kind",
    "attribute_type",
    "tag",
    "counted_from",
    "way",
    "includes_versions",
    "duty_note",
)
OF_CASES = ("case_kind",)
OF_BOTH = ("title", "months", "legal_ground", "starts_on")


def require_officer(actor: Actor) -> None:
    actor.require_own_affairs()
    if parties_of(actor).isdisjoint(OFFICERS):
        raise Forbidden(RetentionProblem.NOT_AN_OFFICER())


def fields_of(subject: str) -> tuple[str, ...]:
    return OF_BOTH + (OF_CASES if subject == RetentionSubject.CASE_FILES else OF_PERSONAL_DATA)


def content_of(rule: RetentionPlanRule) -> dict[str, Any]:
    found = {name: getattr(rule, name) for name in ("subject", *fields_of(rule.subject))}
    return found | {"starts_on": rule.starts_on.isoformat()}


def changed(current: RetentionPlanRule | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `current` with `data`, or of a new rule. Raises Invalid by field."""
    subject = current.subject if current else str(data.get("subject") or "")
    if subject not in RetentionSubject.values:
        raise Invalid({"subject": [RetentionProblem.NO_SUCH_CHOICE(choices=RetentionSubject.values)]})
    if current and data.get("subject", subject) != subject:
        raise Invalid({"subject": [RetentionProblem.SUBJECT_STAYS()]})
    sent = {name: value for name, value in data.items() if name != "subject"}
    _require_known(subject, sent)
    base = {"subject": subject} | (content_of(current) if current else EMPTY[subject])
    values, errors = read(base | sent, {name: READERS[name] for name in fields_of(subject)})
    errors |= _missing(subject, values, errors)
    if errors:
        raise Invalid(errors)
    return {"subject": subject} | values


def _require_known(subject: str, sent: Mapping[str, Any]) -> None:
    known = fields_of(subject)
    errors: dict[str, list[Problem]] = {}
    for name in sent.keys() - set(known):
        is_of_other = name in READERS
        errors[name] = [
            RetentionProblem.NOT_FOR_SUBJECT() if is_of_other else RetentionProblem.NO_SUCH_FIELD()
        ]
    if errors:
        raise Invalid(errors)


def _missing(
    subject: str, values: Mapping[str, Any], errors: Mapping[str, object]
) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    if subject == RetentionSubject.CASE_FILES:
        if not values.get("legal_ground") and "legal_ground" not in errors:
            found["legal_ground"] = [RetentionProblem.DECISION_NEEDED()]
        return found
    named = ("kind", "attribute_type", "tag")
    if not any(values.get(name) or name in errors for name in named):
        found["kind"] = [RetentionProblem.NOTHING_NAMED()]
    if values.get("includes_versions"):
        if not values.get("legal_ground") and "legal_ground" not in errors:
            found["legal_ground"] = [RetentionProblem.GROUND_NEEDED()]
        if not values.get("duty_note") and "duty_note" not in errors:
            found["duty_note"] = [RetentionProblem.DUTY_NEEDED()]
    return found


def _text(most: int) -> Callable[[Any], str]:
    def given(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most or "\0" in value:
            raise Invalid(RetentionProblem.TEXT_NEEDED(most=most))
        return value.strip()

    return given


def _text_or_nothing(most: int) -> Callable[[Any], str]:
    def given(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or "\0" in value:
            raise Invalid(RetentionProblem.TEXT_TOO_LONG(most=most))
        return value.strip()

    return given


def _choice(choices: type[TextChoices], *, needed: bool = True) -> Callable[[Any], str]:
    def given(value: Any) -> str:
        if value in choices.values or (not needed and value == ""):
            return str(value)
        raise Invalid(RetentionProblem.NO_SUCH_CHOICE(choices=choices.values))

    return given


def _type(value: Any) -> str:
    if value != "" and value not in TYPES:
        raise Invalid(RetentionProblem.NO_SUCH_TYPE())
    return str(value)


def _months(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_MONTHS:
        raise Invalid(RetentionProblem.NUMBER_NEEDED(most=MOST_MONTHS))
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(RetentionProblem.YES_OR_NO())
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as fault:
        raise Invalid(RetentionProblem.DATE_NEEDED()) from fault


READERS: dict[str, Callable[[Any], Any]] = {
    "title": _text(LONGEST_TITLE),
    "kind": _choice(PersonalDataKind, needed=False),
    "attribute_type": _type,
    "tag": _text_or_nothing(LONGEST_TAG),
    "case_kind": _choice(CaseKind),
    "months": _months,
    "counted_from": _choice(CountedFrom),
    "way": _choice(RetentionWay),
    "includes_versions": _yes_or_no,
    "legal_ground": _text_or_nothing(LONGEST_TEXT),
    "duty_note": _text_or_nothing(LONGEST_TEXT),
    "starts_on": _date,
}
_DATED = {"title": "", "months": "", "legal_ground": "", "starts_on": ""}
EMPTY: dict[str, dict[str, Any]] = {
    RetentionSubject.PERSONAL_DATA.value: _DATED
    | {
        "kind": "",
        "attribute_type": "",
        "tag": "",
        "counted_from": "",
        "way": "",
        "includes_versions": False,
        "duty_note": "",
    },
    RetentionSubject.CASE_FILES.value: _DATED | {"case_kind": ""},
}
