"""Form field for selecting several items by search instead of from a long list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext

MOST = 500
"""Things that may be chosen in one field."""
LONGEST = 1000
SHOWN = 12
"""Found things that are offered at a time."""


@dataclass(frozen=True, slots=True)
class PickerChoice:
    value: str
    label: str
    detail: str = ""


class Choices(Protocol):
    def find(self, text: str) -> list[PickerChoice]: ...

    def few(self) -> list[PickerChoice]:
        """All of them, if they are few enough to be listed without a search; otherwise none."""
        ...

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        """Labels of stored values, in order, including values that no longer exist."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """Choices stored by name. With `free`, any typed text may be chosen.

    With `countable`, `search` finds all of them for an empty text, or more than SHOWN.
    """

    search: Callable[[str], Iterable[str]]
    free: bool = False
    countable: bool = False

    def find(self, text: str) -> list[PickerChoice]:
        names = list(dict.fromkeys(self.search(text)))[:SHOWN]
        if self.free and text and text not in names:
            names.insert(0, text)
        return self.named(names)

    def few(self) -> list[PickerChoice]:
        return _if_few(self.named(list(islice(self.search(""), SHOWN + 1)))) if self.countable else []

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        return [PickerChoice(value, value) for value in values]


@dataclass(frozen=True, slots=True)
class RowChoices[Row: Model]:
    """Choices among rows with a name, stored by `column`."""

    rows: Callable[[], QuerySet[Row]]
    column: str = "pk"

    def find(self, text: str) -> list[PickerChoice]:
        return self._choices(self.rows().filter(name__icontains=text)[:SHOWN])

    def few(self) -> list[PickerChoice]:
        return _if_few(self._choices(self.rows()[: SHOWN + 1]))

    def named(self, values: Sequence[str]) -> list[PickerChoice]:
        # The values are posted by the browser: a primary key has to fit a bigint.
        sane = [value for value in values if self.column != "pk" or (value.isdecimal() and len(value) < 19)]
        known = {
            choice.value: choice
            for choice in self._choices(self.rows().filter(**{f"{self.column}__in": sane}))
        }
        return [known.get(value, PickerChoice(value, value)) for value in values]

    def _choices(self, rows: Iterable[Row]) -> list[PickerChoice]:
        return [PickerChoice(str(getattr(row, self.column)), row.name) for row in rows]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Searched:
    """Choices that are too many to list."""

    def few(self) -> list[PickerChoice]:
        return []


def _if_few(choices: list[PickerChoice]) -> list[PickerChoice]:
    return choices if len(choices) <= SHOWN else []


class PickedValues(forms.SelectMultiple):
    def __init__(self) -> None:
        super().__init__()
        self.is_required = False


class Picker(forms.Field):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=PickedValues, **options)
        self.source: Choices = Names(lambda _text: ())

    def to_python(self, value: Any) -> list[str]:
        return [item for item in dict.fromkeys(value or ()) if item]

    def validate(self, value: Any) -> None:
        if len(value) > MOST or any(len(item) > LONGEST for item in value):
            raise ValidationError(gettext("Too many choices in one list."))
