"""What a decision against a member states besides its reasons: förvaltningslagen (2017:900) 5, 25, 35 and 37 §§."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.law.queries import citation
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.problems import HubProblem

LONGEST = 2000


class Heard(TextChoices):
    """Whether the member could comment before the decision, or on which ground it could not (25 §)."""

    HEARD = "heard", _("The member was given the opportunity to comment")
    NEEDLESS = "needless", _("Not heard: obviously unnecessary")
    HARDER = "harder", _("Not heard: it would have become much harder to carry out the decision")
    URGENT = "urgent", _("Not heard: a weighty public or private interest required a decision at once")


class ChangeGround(TextChoices):
    """On which ground a favourable decision is changed to the member's detriment (37 § second paragraph)."""

    RESERVED = "reserved", _("The decision on membership, or the rules it rests on, reserved it")
    SAFETY = "safety", _("Compelling security reasons require it")
    MISLED = "misled", _("The member gave false or misleading information")


class Immediate(TextChoices):
    """Why the decision takes effect before the period for appeal has passed (35 §)."""

    TEMPORARY = "temporary", _("It applies only temporarily")
    INTEREST = "interest", _("A weighty public or private interest requires it")


class LiftGround(TextChoices):
    """On which ground officers lift a restriction: a change, or one that they must make (37 and 38 §§)."""

    CHANGED = (
        "changed",
        _(
            "The decision is wrong because of new circumstances or for some other reason (section 37 of the "
            "Administrative Procedure Act)"
        ),
    )
    WRONG = "wrong", _("The decision is obviously wrong (section 38 of the Administrative Procedure Act)")


LIFT_PROVISIONS = {LiftGround.CHANGED: "fl_37", LiftGround.WRONG: "fl_38"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseDecision:
    """`hearing_note`: how the authority sees what the member answered, or why it could not. `immediate_note`: the
    interest, and how it was weighed against the member's."""

    hearing: str
    hearing_note: str
    ground: str
    immediate: str
    immediate_note: str
    milder_considered: str = ""
    """Why nothing less intrusive is enough (5 §); empty in proposals from before it was asked for."""
    dissent: str = ""
    """The opinion of somebody who took part and would have decided otherwise (30 §), with who it was."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Raises Invalid by field."""
        errors: dict[str, list[Problem]] = {}
        values: dict[str, str] = {}
        for name, choices in CHOICES.items():
            values[name] = str(given.get(name) or "")
            if values[name] not in choices.values:
                errors[name] = [CommonProblem.NO_SUCH_CHOICE(choices=choices.values)]
        for name in NOTES:
            values[name] = str(given.get(name) or "").strip()
            if not values[name] or len(values[name]) > LONGEST or "\0" in values[name]:
                errors[name] = [MemberProblem.LACKS_NOTE(most=LONGEST)]
        try:
            values["dissent"] = dissent_change(given.get("dissent"))
        except Invalid:
            errors["dissent"] = [HubProblem.TEXT_LENGTH(count=LONGEST)]
        if errors:
            raise Invalid(errors)
        return cls(**values)

    @classmethod
    def stored(cls, given: Mapping[str, Any]) -> Self:
        """Of the parameters of a request, which were checked when it was made."""
        return cls(**{each.name: given.get(each.name, "") for each in fields(cls)})

    def as_parameters(self) -> dict[str, str]:
        return asdict(self)

    @property
    def is_heard(self) -> bool:
        return self.hearing == Heard.HEARD

    def facts(self, hearing: Hearing | None, *, reserved_in_decision: bool) -> dict[str, str]:
        """For the letter, in the active language; `hearing` is the one that it rests on, if the member was heard."""
        words = heard_in_letters(hearing) if hearing else HEARING_IN_LETTERS[Heard(self.hearing)]
        return {
            "hearing": str(words) % {"note": self.hearing_note},
            "ground": ground_in_letters(self.ground, in_decision=reserved_in_decision),
            "milder": gettext("We have considered less intrusive measures. %(note)s")
            % {"note": self.milder_considered}
            if self.milder_considered
            else "",
            "immediate": str(IMMEDIATE_IN_LETTERS[Immediate(self.immediate)]) % {"note": self.immediate_note},
            "dissent": dissent_in_words(self.dissent),
            "act_provisions": cited(PROVISIONS),
        }


PROVISIONS = ("fl_5", "fl_25", "fl_35", "fl_37")
"""What every such decision applies: proportionality, hearing, effect at once, and change of a favourable decision."""


def dissent_change(given: Any) -> str:
    """Raises Invalid under `dissent`."""
    dissent = str(given or "").strip()
    if len(dissent) > LONGEST or "\0" in dissent:
        raise Invalid({"dissent": [HubProblem.TEXT_LENGTH(count=LONGEST)]})
    return dissent


def dissent_in_words(dissent: str) -> str:
    return gettext("Dissenting opinion: %(words)s") % {"words": dissent} if dissent else ""


def cited(keys: Iterable[str]) -> str:
    """Provisions of `hub.law`, one on each line."""
    return "\n".join(citation(key) for key in keys)


CHOICES: Mapping[str, type[TextChoices]] = {
    "hearing": Heard,
    "ground": ChangeGround,
    "immediate": Immediate,
}
NOTES = ("milder_considered", "hearing_note", "immediate_note")
LABELS = {
    "milder_considered": _(
        "Which less intrusive measures were considered, and why they are not enough (5 § förvaltningslagen)"
    ),
    "hearing": _("Was the member heard? (25 § förvaltningslagen)"),
    "hearing_note": _(
        "Our assessment of the member’s comments, or why it was not given the opportunity to comment"
    ),
    "ground": _("Ground for changing a favourable decision (37 § förvaltningslagen)"),
    "immediate": _("Why the decision takes effect at once (35 § förvaltningslagen)"),
    "immediate_note": _("The interest, and how it was weighed against the member’s"),
    "dissent": _("Dissenting opinion, and whose (30 § förvaltningslagen)"),
}


def heard_in_letters(hearing: Hearing) -> str:
    """When the member could comment, and whether it did, with a place for what is said of that."""
    asked = {"asked": date_format(timezone.localdate(hearing.at), "j F Y")}
    by = {"by": date_format(hearing.answer_by, "j F Y")}
    if hearing.answered_at is None:
        words = gettext("On %(asked)s we asked for your comments by %(by)s. You did not comment.")
        return f"{words % (asked | by)} %(note)s"
    answered = {"answered": date_format(timezone.localdate(hearing.answered_at), "j F Y")}
    words = gettext("On %(asked)s we asked for your comments by %(by)s. You commented on %(answered)s.")
    return f"{words % (asked | by | answered)} %(note)s"


def ground_in_letters(ground: str, *, in_decision: bool) -> str:
    """A right to change is reserved `in_decision`, or else in the rules that the decision is based on."""
    if ground == ChangeGround.RESERVED and not in_decision:
        return str(RESERVED_BY_RULES_IN_LETTERS)
    return str(GROUNDS_IN_LETTERS[ChangeGround(ground)])


HEARING_IN_LETTERS = {
    Heard.HEARD: _("You were given the opportunity to comment before the decision. %(note)s"),
    Heard.NEEDLESS: _(
        "We did not ask for your comments before the decision, since that was obviously unnecessary. %(note)s"
    ),
    Heard.HARDER: _(
        "We did not ask for your comments before the decision, since it would then have become much harder to carry "
        "out. %(note)s"
    ),
    Heard.URGENT: _(
        "We did not ask for your comments before the decision, since a weighty public or private interest required "
        "it at once. %(note)s"
    ),
}
GROUNDS_IN_LETTERS = {
    ChangeGround.RESERVED: _(
        "The decision to grant you membership reserved the right to change it in this way."
    ),
    ChangeGround.SAFETY: _("Compelling security reasons require the decision to be changed at once."),
    ChangeGround.MISLED: _("The membership was granted on false or misleading information from you."),
}
RESERVED_BY_RULES_IN_LETTERS = _(
    "The rules on which the decision to grant you membership is based reserve the right to change it in this way."
)
IMMEDIATE_IN_LETTERS = {
    Immediate.TEMPORARY: _(
        "The decision takes effect at once, even if it is appealed, since it applies only temporarily. %(note)s The "
        "court can decide that it is not to apply for the time being."
    ),
    Immediate.INTEREST: _(
        "The decision takes effect at once, even if it is appealed, since a weighty interest requires it. %(note)s The "
        "court can decide that it is not to apply for the time being."
    ),
}
