"""The kinds of legal rules and their shapes. One declaration for each: files, stored versions, forms and the API."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.core.fields import read
from vardkase.hub.law.problems import LawProblem

DATA = Path(__file__).with_name("data")
LONGEST = 500
MOST = 1000
"""The longest period, in its unit."""


class PeriodUnit(TextChoices):
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")
    PROMPT = "prompt", _("promptly, no set time")


class PeriodStart(TextChoices):
    SERVICE = "service", _("the day the party was served the decision")
    DECISION = "decision", _("the date of the decision")
    DISPATCH = "dispatch", _("the day the letter was sent")
    RECEIPT = "receipt", _("the day the request arrived")
    REQUEST = "request", _("the request")
    OPENED = "opened", _("the day the case was opened")
    APPEAL = "appeal", _("the appeal")
    AWARENESS = "awareness", _("discovery")
    SUSPICION = "suspicion", _("the suspicion")
    BEFORE = "before", _("the date that it concerns, backwards")


class HarmTest(TextChoices):
    """Whether information is public until harm is likely, or secret until release is clearly harmless (OSL)."""

    STRAIGHT = "straight", _("Straight test: public unless harm is likely")
    REVERSED = "reversed", _("Reverse test: secret unless release is clearly harmless")
    SPECIAL = "special", _("As stated in the section")


TESTS = {
    HarmTest.STRAIGHT.value: _("straight harm test"),
    HarmTest.REVERSED.value: _("reverse harm test"),
    HarmTest.SPECIAL.value: _("as stated in the section"),
}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or "\0" in value:
        raise Invalid(LawProblem.TEXT_NEEDED(most=LONGEST))
    return value.strip()


def _text_or_nothing(value: Any) -> str:
    return "" if value == "" else _text(value)


def _count(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise Invalid(LawProblem.NUMBER_NEEDED(most=MOST))
    return value


def _choice(choices: type[TextChoices]) -> Callable[[Any], str]:
    def chosen(value: Any) -> str:
        if value not in choices.values:
            raise Invalid(LawProblem.NO_SUCH_CHOICE(choices=choices.values))
        return str(value)

    return chosen


def _a(
    label: str | Promise, reader: Callable[[Any], Any] = _text, default: Any = MISSING, **more: Any
) -> Any:
    """A field of a rule: its label, what reads and checks a given value, and `choices` where it has them."""
    return field(default=default, metadata={"label": label, "reader": reader, **more})


def _one_of(label: str | Promise, choices: type[TextChoices]) -> Any:
    return _a(label, _choice(choices), choices=choices)


NUMBERS = (
    "0",
    pgettext_lazy("number", "one"),
    pgettext_lazy("number", "two"),
    pgettext_lazy("number", "three"),
    pgettext_lazy("number", "four"),
    pgettext_lazy("number", "five"),
    pgettext_lazy("number", "six"),
)
SEEN = _("Text of the statute it was compared with")
"""Which copy of the statute the rule was compared with, and when; empty if none was."""
TEST_HELP = _("Only where the section asks for something else than harm: a sentence, as a decision says it.")
SEEN_HELP = _("For example: riksdagen.se, April 2026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """A provision, and what it asks for in our own words."""

    sfs: str = _a(_("SFS or EU number"))
    cited_sv: str = _a(_("Citation in Swedish"), help=_("For example: 18 kap. 8 § OSL"))
    cited_en: str = _a(_("Citation in English"))
    demands_sv: str = _a(_("What it asks for, in Swedish"), long=True)
    demands_en: str = _a(_("What it asks for, in English"), long=True)
    text_seen: str = _a(SEEN, _text_or_nothing, help=SEEN_HELP)

    @property
    def title(self) -> str:
        return _in_language(self.cited_sv, self.cited_en)

    @property
    def summary(self) -> str:
        return _in_language(self.demands_sv, self.demands_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A period that the law or the authority sets; `provision` is the key of the provision it rests on."""

    title_sv: str = _a(_("Title in Swedish"))
    title_en: str = _a(_("Title in English"))
    number: int = _a(pgettext_lazy("of a period", "Number"), _count)
    unit: str = _one_of(pgettext_lazy("of a period", "Unit"), PeriodUnit)
    counted_from: str = _one_of(_("Counted from"), PeriodStart)
    provision: str = _a(_("Provision"), provision=True)

    @property
    def title(self) -> str:
        return _in_language(self.title_sv, self.title_en)

    @property
    def summary(self) -> str:
        start = PeriodStart(self.counted_from).label
        if self.unit == PeriodUnit.PROMPT:
            return gettext("promptly after %(start)s") % {"start": start}
        return gettext("%(period)s from %(start)s") % {"period": self.period, "start": start}

    @property
    def period(self) -> str:
        """ "three weeks", in the active language."""
        number = {"number": NUMBERS[self.number] if self.number < len(NUMBERS) else self.number}
        match self.unit:
            case PeriodUnit.HOURS:
                return ngettext("%(number)s hour", "%(number)s hours", self.number) % number
            case PeriodUnit.DAYS:
                return ngettext("%(number)s day", "%(number)s days", self.number) % number
            case PeriodUnit.WEEKS:
                return ngettext("%(number)s week", "%(number)s weeks", self.number) % number
            case PeriodUnit.MONTHS:
                return ngettext("%(number)s month", "%(number)s months", self.number) % number
        return gettext("promptly")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecrecyGround:
    """A ground on which a public record, or a part of one, can be withheld; `years` is 0 where none is named.

    `test_sv` and `test_en` are what a decision says of the test, where the section asks for something else than harm.
    """

    sfs: str = _a(_("SFS or EU number"))
    cited_sv: str = _a(_("Citation in Swedish"), help=_("For example: 18 kap. 8 § OSL"))
    cited_en: str = _a(_("Citation in English"))
    protects_sv: str = _a(_("What the secrecy protects, in Swedish"))
    protects_en: str = _a(_("What the secrecy protects, in English"))
    harm_test: str = _one_of(_("Harm test"), HarmTest)
    test_sv: str = _a(_("The test in a decision, in Swedish"), _text_or_nothing, default="", help=TEST_HELP)
    test_en: str = _a(_("The test in a decision, in English"), _text_or_nothing, default="", help=TEST_HELP)
    years: int = _a(_("Maximum period of secrecy, in years"), _count)
    text_seen: str = _a(SEEN, _text_or_nothing, help=SEEN_HELP)

    @property
    def title(self) -> str:
        return _in_language(self.cited_sv, self.cited_en)

    @property
    def test(self) -> str:
        return _in_language(self.test_sv, self.test_en)

    @property
    def summary(self) -> str:
        parts = [_in_language(self.protects_sv, self.protects_en), str(TESTS[self.harm_test])]
        if self.years:
            most = ngettext("at most %(number)s year", "at most %(number)s years", self.years)
            parts.append(most % {"number": self.years})
        return " · ".join(parts)


class YesNo(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalQuestion:
    """A choice that the law leaves to the authority; `answer` is empty until a legal officer has answered."""

    editable: ClassVar[frozenset[str]] = frozenset({"answer"})

    question_sv: str = _a(_("Question in Swedish"))
    question_en: str = _a(_("Question in English"))
    provision: str = _a(_("Provision"), provision=True)
    answers: tuple[str, ...] = _a(_("Possible answers"), tuple)
    answer: str = _a(pgettext_lazy("to a question", "Answer"))

    @property
    def title(self) -> str:
        return _in_language(self.question_sv, self.question_en)

    @property
    def summary(self) -> str:
        return str(YesNo(self.answer).label) if self.answer in YesNo.values else self.answer


class AuthorityRule(TextChoices):
    """Whether members of a legal form are authorities, to which what is published on the hub is made available."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    EACH = "each", _("A legal officer decides for each member")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalForm:
    """A legal form of members (its key: `membership.sectors.Sector`), and what the law makes of it."""

    editable: ClassVar[frozenset[str]] = frozenset({"is_authority", "provision", "text_seen"})

    title_sv: str = _a(_("Title in Swedish"))
    title_en: str = _a(_("Title in English"))
    is_authority: str = _one_of(_("Connected authority"), AuthorityRule)
    provision: str = _a(_("Provision"), provision=True)
    text_seen: str = _a(SEEN, _text_or_nothing)

    @property
    def title(self) -> str:
        return _in_language(self.title_sv, self.title_en)

    @property
    def summary(self) -> str:
        return gettext("Connected authority: %(rule)s") % {"rule": AuthorityRule(self.is_authority).label}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingActivity:
    """A processing of personal data, as the controller's record has it (article 30.1 of the GDPR)."""

    name_sv: str = _a(_("Name in Swedish"))
    name_en: str = _a(_("Name in English"))
    purposes_sv: str = _a(_("Purposes and legal basis, in Swedish"), long=True)
    purposes_en: str = _a(_("Purposes and legal basis, in English"), long=True)
    persons_sv: str = _a(_("Categories of persons and data, in Swedish"), long=True)
    persons_en: str = _a(_("Categories of persons and data, in English"), long=True)
    recipients_sv: str = _a(_("Recipients, and transfers to third countries, in Swedish"), long=True)
    recipients_en: str = _a(_("Recipients, and transfers to third countries, in English"), long=True)
    erased_sv: str = _a(_("When it is erased, in Swedish"), long=True)
    erased_en: str = _a(_("When it is erased, in English"), long=True)
    security_sv: str = _a(_("Security measures, in Swedish"), long=True)
    security_en: str = _a(_("Security measures, in English"), long=True)

    @property
    def title(self) -> str:
        return _in_language(self.name_sv, self.name_en)

    @property
    def summary(self) -> str:
        return _in_language(self.purposes_sv, self.purposes_en)


type LegalContent = Provision | Deadline | SecrecyGround | LegalQuestion | LegalForm | ProcessingActivity


class LegalRuleKind(StrEnum):
    QUESTION = "questions"
    DEADLINE = "deadlines"
    GROUND = "grounds"
    LEGAL_FORM = "legal_forms"
    PROVISION = "provisions"
    PROCESSING = "processing"

    @property
    def shape(self) -> type[LegalContent]:
        return SHAPES[self]

    @property
    def can_grow(self) -> bool:
        """Whether rules can be added and retired. The others are named by the code that asks for them."""
        return self in (LegalRuleKind.GROUND, LegalRuleKind.PROVISION, LegalRuleKind.PROCESSING)

    @property
    def label(self) -> str:
        return str(LABELS[self])


SHAPES: dict[LegalRuleKind, type[LegalContent]] = {
    LegalRuleKind.QUESTION: LegalQuestion,
    LegalRuleKind.DEADLINE: Deadline,
    LegalRuleKind.GROUND: SecrecyGround,
    LegalRuleKind.LEGAL_FORM: LegalForm,
    LegalRuleKind.PROVISION: Provision,
    LegalRuleKind.PROCESSING: ProcessingActivity,
}
LABELS: Mapping[LegalRuleKind, Promise] = {
    LegalRuleKind.QUESTION: _("Questions for the authority"),
    LegalRuleKind.DEADLINE: _("Deadlines"),
    LegalRuleKind.GROUND: _("Grounds for secrecy"),
    LegalRuleKind.LEGAL_FORM: _("Legal forms of members"),
    LegalRuleKind.PROVISION: _("Provisions"),
    LegalRuleKind.PROCESSING: _("Record of processing activities"),
}


@cache
def packaged(kind: LegalRuleKind) -> Mapping[str, LegalContent]:
    """The rules that the hub is delivered with, by key."""
    defaults: dict[str, Any] = {"answer": "", "answers": ()} if kind is LegalRuleKind.QUESTION else {}
    found = tomllib.loads((DATA / f"{kind}.toml").read_text())
    return {key: kind.shape(**defaults | values) for key, values in found.items()}


def labels(kind: LegalRuleKind) -> dict[str, Any]:
    return {each.name: each.metadata for each in fields(kind.shape)}


def changed(kind: LegalRuleKind, current: LegalContent | None, data: Mapping[str, Any]) -> LegalContent:
    """`current` with the values in `data`; a new rule if there is none. Raises Invalid by field."""
    known = labels(kind)
    editable = getattr(kind.shape, "editable", known.keys())
    if unknown := data.keys() - set(editable):
        raise Invalid({name: [LawProblem.NO_SUCH_FIELD()] for name in unknown})
    given = dict(data) if current else dict.fromkeys(known, "") | dict(data)
    values, errors = read(given, {name: known[name]["reader"] for name in given})
    if isinstance(current, LegalQuestion) and current.answers and values.get("answer") not in current.answers:
        errors.setdefault("answer", [LawProblem.NO_SUCH_CHOICE(choices=list(current.answers))])
    if errors:
        raise Invalid(errors)
    content = kind.shape(**(asdict(current) if current else {}) | values)
    if isinstance(content, Deadline) and content.number and content.unit == PeriodUnit.PROMPT:
        raise Invalid({"number": [LawProblem.NO_PERIOD_HAS_NO_NUMBER()]})
    if isinstance(content, Deadline) and not content.number and content.unit != PeriodUnit.PROMPT:
        raise Invalid({"number": [LawProblem.PERIOD_TOO_SHORT(most=MOST)]})
    return content


def _in_language(swedish: str, english: str) -> str:
    return swedish if (get_language() or "").startswith("sv") else english
