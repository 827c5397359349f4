"""A form field for several things out of many, which are found by searching: nobody scrolls twenty thousand tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

MOST = 500
"""Things that may be chosen in one field."""
LONGEST = 1000
SHOWN = 12
"""Found things that are offered at a time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: what is stored, and what a reader sees."""

    value: str
    label: str
    detail: str = ""


class Choices(Protocol):
    """Where the things come from."""

    def find(self, text: str) -> list[Choice]:
        """Those that a reader may mean by `text`, at most `SHOWN`."""
        ...

    def named(self, values: Sequence[str]) -> list[Choice]:
        """What stored values are called; in their order, also when nobody knows them any longer."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """Things that are stored by their name. With `free`, what was typed may be chosen though nobody knows it."""

    search: Callable[[str], Iterable[str]]
    free: bool = False

    def find(self, text: str) -> list[Choice]:
        """The typed text first, where it may be chosen as it is."""
        found = list(dict.fromkeys(self.search(text)))[:SHOWN]
        if self.free and text and text not in found:
            found.insert(0, text)
        return self.named(found)

    def named(self, values: Sequence[str]) -> list[Choice]:
        """A name is its own label."""
        return [Choice(value, value) for value in values]


class PickedValues(forms.SelectMultiple):
    """Reads every value that was sent under the field's name; `picker` (templatetags) draws it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_required = False


class Picker(forms.Field):
    """The values that were chosen, as a list of texts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=PickedValues, **options)
        self.source: Choices = Names(lambda _text: ())

    def to_python(self, value: Any) -> list[str]:
        """Each once, without blanks."""
        return [each for each in dict.fromkeys(value or ()) if each]

    def validate(self, value: Any) -> None:
        """More than anybody chooses by hand is refused."""
        if len(value) > MOST or any(len(each) > LONGEST for each in value):
            raise ValidationError(gettext("That is too much to choose in one list."))
