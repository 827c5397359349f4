"""The quarterly report as data, as a list of cells, and as PDF: the same figures in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override

from vardkase.core.mail.facts import moment
from vardkase.core.mail.settings import sender
from vardkase.core.typeset import pdf, records
from vardkase.hub.office.quarterly.figures import FigureTable, Value
from vardkase.hub.office.quarterly.periods import Period, Quarter
from vardkase.hub.office.quarterly.wording import COLUMNS, TABLES, line_in_words, note_in_words
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("report.typ")
LANGUAGES = ("sv", "en")
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class FigureCell:
    """The figure of the quarter, of the one before, and of the same quarter a year earlier, in words."""

    now: str
    before: str
    year_before: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """`bars` are in percent of the longest in the table, one for each period; none for a total."""

    name: str
    cells: list[FigureCell]
    bars: list[int]
    is_total: bool


@dataclass(frozen=True, slots=True)
class FigureSection:
    """A table in words, in the active language."""

    name: str
    heading: str
    columns: list[str]
    chart: str
    lines: list[FigureLine]
    note: str


def as_json(
    name: str, periods: Sequence[Period], tables: Sequence[FigureTable], at: datetime
) -> dict[str, Any]:
    """`name` is that of the quarter, or of what else the figures are for."""
    return {
        "name": name,
        "calculated": at.isoformat(timespec="seconds"),
        "periods": [[period.first.isoformat(), period.last.isoformat()] for period in periods],
        "tables": [
            {
                "name": table.name,
                "columns": list(table.columns),
                "chart": table.chart,
                "note": table.note,
                "rows": [{"name": row.name, "values": row.values} for row in table.rows],
            }
            for table in tables
        ],
    }


def sections(figures: Mapping[str, Any]) -> list[FigureSection]:
    return [_section(table) for table in figures["tables"]]


def cells(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, str, list[Value]]]:
    """Table, line, column (in words) and the values of the three periods, one for each figure."""
    for table in figures["tables"]:
        for row in table["rows"]:
            for column in table["columns"]:
                yield (
                    str(TABLES[table["name"]]),
                    line_in_words(table["name"], row["name"]),
                    str(COLUMNS[column]),
                    row["values"][column],
                )


def report_pdf(quarter: Quarter, figures: Mapping[str, Any], language: str, number: str = "") -> bytes:
    """The report as PDF; without `number` it is a draft, whose figures may change."""
    with override(language):
        made = pdf(TEMPLATE, _printed(quarter, figures, number), language=language, pool=records)
    return signed(made) if number else made


def quarter_in_words(quarter: Quarter) -> str:
    return gettext("Quarter %(quarter)s, %(year)s") % {"quarter": quarter.number, "year": quarter.year}


def title_of(quarter: Quarter) -> str:
    return gettext("Quarterly report %(quarter)s %(year)s") % {
        "quarter": quarter.number,
        "year": quarter.year,
    }


def _printed(quarter: Quarter, figures: Mapping[str, Any], number: str) -> dict[str, Any]:
    first, last = (date_format(day, "j F Y") for day in (quarter.period.first, quarter.period.last))
    calculated = localtime(datetime.fromisoformat(figures["calculated"]))
    return {
        "title": title_of(quarter),
        "sender": sender(),
        "meta": [
            [gettext("Number"), number or gettext("Draft")],
            [gettext("Period"), f"{first} – {last}"],
            [gettext("Calculated"), moment(calculated)],
        ],
        "draft": "" if number else gettext("Draft: the figures may change."),
        **printed_figures(figures, legend(), period_names()),
    }


def printed_figures(figures: Mapping[str, Any], intro: str, names: Sequence[str]) -> dict[str, Any]:
    return {
        "legend": {"intro": intro, "names": list(names)},
        "nothing": gettext("None."),
        "sections": [
            {
                "heading": section.heading,
                "note": section.note,
                "head": section.columns,
                "chart": section.chart,
                "rows": [
                    {
                        "name": line.name,
                        "total": line.is_total,
                        "cells": [[cell.now, f"{cell.before} · {cell.year_before}"] for cell in line.cells],
                        "bars": line.bars,
                    }
                    for line in section.lines
                ],
            }
            for section in sections(figures)
        ],
    }


def period_names() -> list[str]:
    return [gettext("The quarter"), gettext("The quarter before"), gettext("The same quarter last year")]


def legend() -> str:
    return gettext(
        "Under each figure: the quarter before, and the same quarter last year, calculated at the same time. A dash: "
        "no figure."
    )


def _section(table: Mapping[str, Any]) -> FigureSection:
    chart = table["chart"]
    values = [row["values"][chart] for row in table["rows"] if row["name"] != "total"] if chart else []
    longest = max((value for row in values for value in row if value), default=0)
    return FigureSection(
        name=table["name"],
        heading=str(TABLES[table["name"]]),
        columns=[str(COLUMNS[column]) for column in table["columns"]],
        chart=str(COLUMNS[chart]) if chart else "",
        note=note_in_words(table["note"]),
        lines=[
            FigureLine(
                name=line_in_words(table["name"], row["name"]),
                cells=[
                    FigureCell(*(_in_words(value) for value in row["values"][column]))
                    for column in table["columns"]
                ],
                bars=[]
                if row["name"] == "total" or not longest
                else [round(100 * (value or 0) / longest) for value in row["values"][chart]],
                is_total=row["name"] == "total",
            )
            for row in table["rows"]
        ],
    )


def _in_words(value: Value) -> str:
    if value is None:
        return NOTHING
    return number_format(value, 1 if isinstance(value, float) else 0, use_l10n=True, force_grouping=True)
