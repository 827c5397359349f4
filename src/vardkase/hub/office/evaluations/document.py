"""An evaluation as PDF, and as lines of a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, override

from vardkase.core.mail.settings import sender
from vardkase.core.typeset import pdf, records
from vardkase.hub.membership.phases.queries import phase_title
from vardkase.hub.office.evaluations.models import Evaluation, NoteKind
from vardkase.hub.office.evaluations.queries import figures_of, notes_of
from vardkase.hub.office.quarterly.document import cells, printed_figures

TEMPLATE = Path(__file__).with_name("evaluation.typ")

type Line = tuple[str, str, Any, Any, Any]
"""Part, what, and its text or the values of the three periods."""


def evaluation_pdf(evaluation: Evaluation, language: str) -> bytes:
    with override(language):
        return pdf(TEMPLATE, _printed(evaluation), language=language, pool=records)


def lines(evaluation: Evaluation) -> Iterator[Line]:
    yield gettext("Goals"), "", evaluation.goals, None, None
    for question in evaluation.questions:
        yield gettext("Questions"), question["text"], question["answer"], None, None
    yield gettext("What was tried"), "", evaluation.tried, None, None
    yield gettext("What was learnt"), "", evaluation.learnt, None, None
    for note in notes_of(evaluation):
        yield str(note.get_kind_display()), note.text, note.value, None, None
    for table, line, column, values in cells(figures_of(evaluation)):
        now, before, year_before = values
        yield table, f"{line}: {column}", now, before, year_before


def period_names() -> list[str]:
    return [
        gettext("The period"),
        gettext("The equally long period before"),
        gettext("The same days a year earlier"),
    ]


def legend() -> str:
    return gettext(
        "Under each figure: the equally long period before, and the same days a year earlier. A dash: no figure."
    )


def period_in_words(evaluation: Evaluation) -> str:
    first, last = (date_format(day, "j F Y") for day in (evaluation.first, evaluation.last))
    return f"{first} – {last}"


def _printed(evaluation: Evaluation) -> dict[str, Any]:
    notes = notes_of(evaluation)
    status = str(evaluation.get_state_display())
    if evaluation.closed_at:
        status += f", {date_format(evaluation.closed_at, 'j F Y')}"
    return {
        "title": evaluation.title,
        "of": gettext("Evaluation"),
        "sender": sender(),
        "meta": [
            [gettext("Period"), period_in_words(evaluation)],
            *([[gettext("Phase"), phase_title(evaluation.phase)]] if evaluation.phase is not None else []),
            [gettext("Status"), status],
        ],
        "texts": [
            [gettext("Goals"), evaluation.goals],
            [gettext("What was tried"), evaluation.tried or "–"],
            [gettext("What was learnt"), evaluation.learnt or "–"],
        ],
        "questions": {
            "heading": gettext("Questions"),
            "rows": [[question["text"], question["answer"] or "–"] for question in evaluation.questions],
        },
        "numbers": {
            "heading": gettext("Numbers"),
            "rows": [
                [note.text, number_format(note.value.normalize(), use_l10n=True)]
                for note in notes
                if note.kind == NoteKind.NUMBER and note.value is not None
            ],
        },
        "notes": {
            "heading": gettext("Notes"),
            "rows": [
                [f"{date_format(note.at, 'j F Y')}, {note.by}", note.text]
                for note in notes
                if note.kind == NoteKind.NOTE
            ],
        },
        "figures_heading": gettext("Figures of the period"),
        "figures": printed_figures(figures_of(evaluation), legend(), period_names()),
    }
