"""How each value found in a text is handled, as a person has chosen.

Nothing is kept between the steps: every step sends the text again, and `choices` carries only the rows that
differ from what was detected, so thousands of values need no thousands of fields.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vardkase.intel.queries.pasted_text import PastedValue, PastedValues
from vardkase.intel.services.samples import FileFacts, file_objects
from vardkase.misp.file_groups import HASHES, NAME, FileGroup
from vardkase.misp.types import CATEGORIES, DEFAULTS, category_allows, default_category
from vardkase.web.intel.editing.forms.attribute import refusal_of

ROWS_A_PAGE = 100
ALSO = ("text", "other")
"""Types that any value may have."""
FILE_TYPES = frozenset((*HASHES, NAME))
"""Types that are relations of the object `file`."""


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
    file: int | None = None
    """The number of the file that the value is of, if it goes into that file's object."""

    @property
    def types(self) -> list[str]:
        return list(dict.fromkeys([*self.pasted.found.alternatives, self.choice.type, *ALSO]))

    @property
    def categories(self) -> list[str]:
        return [name for name in CATEGORIES if category_allows(name, self.choice.type)]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file whose name or hashes are in the text; `is_taken`: they become an object."""

    number: int
    group: FileGroup
    is_taken: bool

    @property
    def hashes(self) -> list[str]:
        return [kind for kind in self.group.values if kind in HASHES]


class Review:
    def __init__(self, found: PastedValues, sent: Mapping[str, Any]) -> None:
        """`sent` is the posted form: choices made on other pages, and the fields of the previous page."""
        values = found.values
        text = sent.get("page")
        self.page = int(str(text)) if str(text).isdecimal() and len(str(text)) < 6 else 0
        usual = [
            PastedChoice(
                value.found.type,
                value.found.category,
                # What is on a warninglist, or one's own, causes false positives; what the event has is not added twice.
                to_ids=value.found.to_ids and not value.lists and not value.owner,
                add=not value.is_known,
            )
            for value in values
        ]
        choices = _merged(usual, sent, self.page)
        if sent.get("go") == "change":
            choices = [_changed_together(choice, sent) for choice in choices]
        self.files = [
            FoundFile(number, group, "page" not in sent or f"g{number}" in sent)
            for number, group in enumerate(found.files)
        ]
        taken = {
            value: file.number for file in self.files if file.is_taken for value in file.group.values.values()
        }
        self.rows = [
            ReviewRow(
                n,
                value,
                choice,
                refusal_of({"type": choice.type, "category": choice.category, "value": value.found.value}),
                taken.get(value.found.value) if choice.type in FILE_TYPES else None,
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

    @property
    def types(self) -> dict[str, int]:
        """How many rows have each type."""
        return dict(sorted(Counter(row.choice.type for row in self.rows).items()))

    @property
    def loose(self) -> list[ReviewRow]:
        return [row for row in self.chosen if row.file is None]

    def objects(self, comment: str, reach: dict[str, Any]) -> list[dict[str, Any]]:
        """An object for each file of which a value is chosen."""
        rows: dict[int, list[ReviewRow]] = {}
        for row in self.chosen:
            if row.file is not None:
                rows.setdefault(row.file, []).append(row)
        files = [
            FileFacts(
                [(row.choice.type, row.pasted.found.value, row.choice.to_ids) for row in inside],
                self.files[number].group.size,
            )
            for number, inside in rows.items()
        ]
        return file_objects(files, {"comment": comment, **reach})

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
            for row in self.loose
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


def _changed_together(choice: PastedChoice, sent: Mapping[str, Any]) -> PastedChoice:
    """Every value of the type `from_type` gets the type, category, detection or fate chosen for all of them; a category
    that the type forbids becomes the type's default."""
    if sent.get("from_type") not in ("", None, choice.type):
        return choice
    kind = str(sent.get("to_type") or choice.type)
    kind = kind if kind in DEFAULTS else choice.type
    category = str(sent.get("to_category") or choice.category)
    if kind != choice.type or category != choice.category:
        category = category if category_allows(category, kind) else default_category(kind)
        choice = replace(choice, type=kind, category=category)
    wanted = {"1": True, "0": False}
    return replace(
        choice,
        to_ids=wanted.get(str(sent.get("to_detection")), choice.to_ids),
        add=wanted.get(str(sent.get("to_add")), choice.add),
    )
