"""Rows of a form in which officers state conditions and exceptions; empty rows are skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.law.queries import provisions
from vardkase.hub.membership.assessments.stated_conditions import LONGEST, NAMES, ConditionKind
from vardkase.web.ui.forms.fields import day_field

ROWS = 5


@dataclass(frozen=True, slots=True)
class ConditionRow:
    number: int
    fields: list[forms.BoundField]

    @property
    def is_filled(self) -> bool:
        return any(each.value() or each.errors for each in self.fields)

    @property
    def is_open(self) -> bool:
        return self.number == 1 or self.is_filled


class ConditionRows(forms.Form):
    """A form with rows of conditions; what they hold is checked by `read_conditions`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cited = [(key, each.title) for key, each in provisions().items()]
        for number in range(1, ROWS + 1):
            self.fields |= {f"condition_{number}_{name}": field for name, field in _row(cited).items()}

    @property
    def condition_rows(self) -> list[ConditionRow]:
        return [
            ConditionRow(number, [self[f"condition_{number}_{name}"] for name in NAMES])
            for number in range(1, ROWS + 1)
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [each for each in self if not each.name.startswith("condition_")]

    @property
    def states_conditions(self) -> bool:
        return any(row.is_filled for row in self.condition_rows)

    def conditions(self) -> list[dict[str, Any]]:
        return [
            {name: self.cleaned_data[f"condition_{number}_{name}"] for name in NAMES}
            for number in range(1, ROWS + 1)
        ]

    def rest(self) -> dict[str, Any]:
        """What the form holds besides the rows."""
        return {name: value for name, value in self.cleaned_data.items() if not name.startswith("condition_")}


def _row(cited: list[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "kind": forms.ChoiceField(
            label=_("What it is"), choices=[("", _("Not used")), *ConditionKind.choices], required=False
        ),
        "text": forms.CharField(
            label=_("What is to be met, or what the member is exempted from"),
            max_length=LONGEST,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        "provision": forms.ChoiceField(
            label=_("Legal provision, where one is needed"),
            choices=[("", _("None")), *cited],
            required=False,
        ),
        "day": day_field(label=_("Last day to meet it, or last day of the exception"), required=False),
    }
