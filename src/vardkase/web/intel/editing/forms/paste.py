"""Forms for pasting many values: the text, then the handling of each value found.

Nothing is kept between the steps: every step sends the text again, and `choices` carries only the rows that
differ from what was detected, so thousands of values need no thousands of fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.intel.queries.pasted_text import PastedValue
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.misp.types import CATEGORIES, DEFAULTS, category_allows, default_category
from vardkase.web.intel.editing.forms.attribute import refusal_of
from vardkase.web.ui.forms.reach import ReachForm

ROWS_A_PAGE = 100
ALSO = ("text", "other")
"""Types that any value may have."""


class PasteForm(ReachForm):
    inherits = True

    text = forms.CharField(
        label=_("Text"),
        help_text=_(
            "A list, an e-mail, a report or JSON. Defanged values such as evil[.]example are refanged."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": _("Paste some text first.")},
    )
    comment = forms.CharField(
        label=_("Comment for all values"),
        required=False,
        max_length=2000,
        help_text=_("For example, their source."),
    )

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"]).replace("\0", "")
        if len(text) > LONGEST_TEXT:
            raise ValidationError(gettext("The text is too long. Paste it in smaller parts."))
        return text


@dataclass(frozen=True, slots=True)
class PastedChoice:
    type: str
    category: str
    to_ids: bool
    add: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    number: int
    pasted: PastedValue
    choice: PastedChoice
    error: str

    @property
    def types(self) -> list[str]:
        return list(dict.fromkeys([*self.pasted.found.alternatives, self.choice.type, *ALSO]))

    @property
    def categories(self) -> list[str]:
        return [name for name in CATEGORIES if category_allows(name, self.choice.type)]


class Review:
    def __init__(self, values: Sequence[PastedValue], sent: Mapping[str, Any]) -> None:
        """`sent` is the posted form: choices made on other pages, and the fields of the previous page."""
        text = sent.get("page")
        self.page = int(str(text)) if str(text).isdecimal() and len(str(text)) < 6 else 0
        usual = [
            PastedChoice(
                value.found.type,
                value.found.category,
                # What is on a warninglist often causes false positives; what the event has is not added twice.
                to_ids=value.found.to_ids and not value.lists,
                add=not value.is_known,
            )
            for value in values
        ]
        choices = _merged(usual, sent, self.page)
        self.rows = [
            ReviewRow(
                n,
                value,
                choice,
                refusal_of({"type": choice.type, "category": choice.category, "value": value.found.value}),
            )
            for n, (value, choice) in enumerate(zip(values, choices, strict=True))
        ]
        self.changed = json.dumps(
            {
                str(n): [choice.type, choice.category, choice.to_ids, choice.add]
                for n, choice in enumerate(choices)
                if choice != usual[n]
            }
        )

    @property
    def chosen(self) -> list[ReviewRow]:
        return [row for row in self.rows if row.choice.add]

    @property
    def wrong(self) -> list[ReviewRow]:
        return [row for row in self.chosen if row.error]

    def shown(self, page: int) -> list[ReviewRow]:
        return self.rows[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]

    @property
    def last_page(self) -> int:
        return max(0, (len(self.rows) - 1) // ROWS_A_PAGE)

    def documents(self, comment: str, reach: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "type": row.choice.type,
                "category": row.choice.category,
                "value": row.pasted.found.value,
                "to_ids": row.choice.to_ids,
                "comment": ". ".join(filter(None, (comment, row.pasted.found.comment))),
                **reach,
            }
            for row in self.chosen
        ]


def _merged(usual: Sequence[PastedChoice], sent: Mapping[str, Any], page: int) -> list[PastedChoice]:
    choices = list(usual)
    for key, kept in _kept(sent.get("choices")).items():
        if key < len(choices):
            choices[key] = kept
    if "page" in sent:
        for number in range(page * ROWS_A_PAGE, min(len(choices), (page + 1) * ROWS_A_PAGE)):
            choices[number] = _posted(choices[number], sent, number)
    return choices


def _kept(text: object) -> dict[int, PastedChoice]:
    try:
        kept = json.loads(str(text or "{}"))
        return {
            int(n): PastedChoice(str(kind), str(category), bool(to_ids), bool(add))
            for n, (kind, category, to_ids, add) in kept.items()
            if kind in DEFAULTS and category in CATEGORIES
        }
    except (ValueError, TypeError, AttributeError):
        return {}


def _posted(before: PastedChoice, sent: Mapping[str, Any], number: int) -> PastedChoice:
    """The row's fields; a category that the new type forbids becomes the type's default."""
    kind = str(sent.get(f"t{number}") or before.type)
    kind = kind if kind in DEFAULTS else before.type
    category = str(sent.get(f"c{number}") or before.category)
    if not category_allows(category, kind):
        category = default_category(kind)
    return replace(
        before, type=kind, category=category, to_ids=f"d{number}" in sent, add=f"a{number}" in sent
    )
