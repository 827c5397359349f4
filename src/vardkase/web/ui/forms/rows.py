"""Repeated rows of a form: each a form of its own, which buttons add, move and remove.

Each button sends the whole form with its act, and the page answers with the rows as they are then: by htmx in their
place, without scripts as the page. Nothing is checked or stored before the form is saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from vardkase.core.time_budget import check_time
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest

ACT = "row_act"
SHOWN = "show"
"""The act that changes no row: the form is shown again, with what follows from what was entered."""
LONGEST_KEPT = 100_000


class RowForm(forms.Form):
    """A row. `kept` carries what it does not show of the document that it stands for."""

    kept = forms.CharField(required=False, max_length=LONGEST_KEPT, widget=forms.HiddenInput)

    def clean_kept(self) -> dict[str, Any]:
        try:
            document = json.loads(self.cleaned_data["kept"] or "{}")
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise forms.ValidationError(gettext("This is not valid JSON."))
        return document

    def entered(self, name: str) -> str:
        """What the field holds now. A bound field would remember it, although a row may still be filled in."""
        if self.is_bound:
            return str(self.data.get(self.add_prefix(name)) or "")
        return str(self.initial.get(name, self.fields[name].initial) or "")

    @property
    def title(self) -> str:
        """Names the row in its heading and in errors."""
        return ""


@dataclass(slots=True)
class Row[Form: RowForm]:
    """`focus`: the button, or `form`, that has the keyboard after an act."""

    key: str
    kind: str
    form: Form
    number: int
    is_last: bool = False
    focus: str = ""

    @property
    def heading(self) -> str:
        return self.form.title


@dataclass(frozen=True, slots=True)
class RowKind:
    """A kind of row that can be added."""

    name: str
    add: str


type MakeRow[Form: RowForm] = Callable[..., Form]


@dataclass(slots=True)
class Rows[Form: RowForm]:
    """The rows `name` of a page: those `stored`, or those sent.

    `make(kind, data, prefix=…, initial=…)` makes a row’s form. At most `most` rows are read.
    """

    name: str
    make: MakeRow[Form]
    kinds: Sequence[RowKind]
    most: int
    unique: str = ""
    """A field in which no two rows may hold the same."""
    rows: list[Row[Form]] = field(default_factory=list)
    added: str = ""
    """The kind whose Add button has the keyboard, since the row that had it is gone."""

    def show(self, stored: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`stored`: the kind of each row and its initial values."""
        self.rows = [
            Row(str(place), kind, self.make(kind, None, prefix=f"{self.name}-{place}", initial=initial), 0)
            for place, (kind, initial) in enumerate(stored)
        ]
        self._number()

    def read(self, sent: QueryDict) -> None:
        act = sent.get(ACT, "") or ("find" if sent.get("find") else "")
        known = {kind.name for kind in self.kinds}
        keys = [key for key in dict.fromkeys(sent.getlist(self.name)) if key.isascii() and key.isdecimal()]
        for key in keys[: self.most]:
            check_time()
            prefix = f"{self.name}-{key}"
            kind = sent.get(f"{prefix}-kind", "")
            if kind in known and len(key) < 7:
                form = self.make(kind, None if act else sent, prefix=prefix, initial={})
                if act:
                    _fill(form, sent)
                self.rows.append(Row(key, kind, form, 0))
        name, _, done = act.partition(":")
        if name == self.name:
            self._act(*done.partition(":")[::2])
        self._number()

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.most

    @property
    def is_valid(self) -> bool:
        # Every one of them is asked, so that all errors are shown at once.
        wrong = [row for row in self.rows if not row.form.is_valid()]
        seen: set[str] = set()
        for row in self.rows:
            value = str(row.form.cleaned_data.get(self.unique) or "").casefold()
            if value and value in seen:
                row.form.add_error(self.unique, gettext("Another row has the same."))
                wrong.append(row)
            seen.add(value)
        return not wrong

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each with the id of its field, for the error summary."""
        found = []
        for row in self.rows:
            name = ". ".join(filter(None, [str(row.number), row.heading]))
            found += [(f"{self.name}-{row.key}", f"{name}: {error}") for error in row.form.non_field_errors()]
            found += [
                (
                    bound.id_for_label or bound.auto_id,
                    f"{name}: {bound.label}: {' '.join(map(str, bound.errors))}",
                )
                for bound in row.form
                if bound.errors
            ]
        return found

    def _act(self, verb: str, argument: str) -> None:
        if verb == "add" and any(kind.name == argument for kind in self.kinds) and not self.is_full:
            key = str(max((int(row.key) for row in self.rows), default=-1) + 1)
            form = self.make(argument, None, prefix=f"{self.name}-{key}", initial={})
            self.rows.append(Row(key, argument, form, 0, focus="form"))
            return
        place = next((place for place, row in enumerate(self.rows) if row.key == argument), None)
        if place is None:
            return
        row = self.rows[place]
        if verb == "remove":
            del self.rows[place]
            if self.rows:
                self.rows[min(place, len(self.rows) - 1)].focus = "remove"
            else:
                self.added = row.kind
        elif verb in ("up", "down"):
            target = place + (-1 if verb == "up" else 1)
            if 0 <= target < len(self.rows):
                self.rows.insert(target, self.rows.pop(place))
            # At an end its button cannot be used any more: the opposite one has the keyboard.
            ends = {"up": target <= 0, "down": target >= len(self.rows) - 1}
            row.focus = {"up": "down", "down": "up"}[verb] if ends[verb] else verb
        elif verb == SHOWN:
            row.focus = SHOWN

    def _number(self) -> None:
        for place, row in enumerate(self.rows):
            row.number, row.is_last = place + 1, place == len(self.rows) - 1


def is_draft(request: PageRequest) -> bool:
    """Whether the form was sent to be shown again, and not to be saved."""
    return bool(posted.text(request, ACT) or posted.text(request, "find"))


def shown_again[Form: forms.Form](request: PageRequest, make: Callable[..., Form]) -> Form:
    """The part of the page beside the rows: bound, or filled with what was entered while rows are changed."""
    if request.method != "POST":
        return make(None)
    if not is_draft(request):
        return make(request.POST)
    form = make(None)
    _fill(form, request.POST)
    return form


def _fill(form: forms.Form, sent: QueryDict) -> None:
    for name, each in form.fields.items():
        form.initial[name] = each.widget.value_from_datadict(sent, {}, form.add_prefix(name))
