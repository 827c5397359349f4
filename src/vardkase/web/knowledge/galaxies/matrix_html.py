"""The cells of a matrix as HTML, put together here: a template takes three times as long for seven hundred of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext

from vardkase.web.knowledge.galaxies.matrix_cells import CellColumn, MatrixCell, MatrixView

LONGEST_COMMENT = 80
NOTHING = SafeString("")


def drawn_columns(
    columns: Iterable[CellColumn], view: MatrixView, *, may_tag: bool
) -> list[tuple[CellColumn, SafeString]]:
    return [(column, _cells(column, view, may_tag=may_tag)) for column in columns]


def _cells(column: CellColumn, view: MatrixView, *, may_tag: bool) -> SafeString:
    """List items: each technique, and its sub-techniques folded below it."""
    opens = view.only_marked or bool(view.text)
    return format_html_join(
        "",
        "<li>{}{}</li>",
        (
            (
                _cell("div", cell, may_tag=may_tag),
                _fold(cell, may_tag=may_tag, is_open=opens and bool(cell.marked_subs or view.text)),
            )
            for cell in column.cells
        ),
    )


def _fold(cell: MatrixCell, *, may_tag: bool, is_open: bool) -> SafeString:
    hottest = cell.hottest_sub
    if hottest is None:
        return NOTHING
    # Number and colour of the folded row are those of the sub-technique that is seen most.
    return format_html(
        '<details{}><summary class="heat-{}">{}{}</summary><ul class="plain">{}</ul></details>',
        SafeString(" open") if is_open else "",
        hottest.level,
        cell.subs_words,
        _score(hottest.score),
        _joined(_cell("li", sub, may_tag=may_tag) for sub in cell.subs),
    )


def _cell(element: str, cell: MatrixCell, *, may_tag: bool) -> SafeString:
    on_event = cell.places.on_event
    return format_html(
        '<{0} class="matrix-cell heat-{1}{2}">{3}{4}{5}{6}</{0}>',
        element,
        cell.level,
        " on-event" if on_event else "",
        _named_box(cell) if may_tag else _link(cell),
        format_html('<span class="visually-hidden">{}</span>', gettext("on the event")) if on_event else "",
        _score(cell.score),
        _comment(cell.comment),
    )


def _link(cell: MatrixCell) -> SafeString:
    return format_html(
        '<a class="cell-name" href="{}" data-cell>{}</a><span class="cell-code">{}</span>',
        cell.url,
        cell.technique.name,
        cell.technique.code,
    )


def _named_box(cell: MatrixCell) -> SafeString:
    one = cell.technique
    return format_html(
        '<label><input class="checkbox" type="checkbox" name="cluster" value="{}" data-select data-cell>'
        '<span>{}</span></label><a class="cell-code" href="{}" aria-label="{}">{}</a>',
        one.id,
        one.name,
        cell.url,
        one.value,
        one.code or "…",
    )


def _score(score: float) -> SafeString:
    return format_html('<b class="cell-score">{}</b>', score) if score else NOTHING


def _comment(text: str) -> SafeString:
    if not text:
        return NOTHING
    return format_html('<span class="cell-comment">{}</span>', Truncator(text).chars(LONGEST_COMMENT))


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
