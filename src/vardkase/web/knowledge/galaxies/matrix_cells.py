"""View data of a matrix: cells with their heat, the legend, and the table that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from math import ceil, floor
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from vardkase.intel.queries.cluster_scores import TagPlaces
from vardkase.knowledge.galaxies.matrix_domains import Domain, MatrixColumn, Technique
from vardkase.knowledge.galaxies.navigator_layers import Layer
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.paging import with_query

HEAT_LEVELS = 5
MOST_CELLS = 3_000
"""Drawn on a page. ATT&CK's Enterprise has 1,076; a thousand take a third of a second and 150 kB."""
MOST_TACTICS = 20
"""Named on a line of the table."""
NOWHERE = TagPlaces(on_event=False, is_local=False, attributes=0)


@cache
def _cluster_urls() -> str:
    return reverse("cluster", args=[0]).removesuffix("0/")


def cluster_url(pk: int) -> str:
    # Put together, because a thousand calls of reverse() take a tenth of a second.
    return f"{_cluster_urls()}{pk}/"


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """`score` is what the cell shows, `level` its heat from 0 to HEAT_LEVELS; `comment` comes from a layer."""

    technique: Technique
    score: int | float
    level: int
    comment: str = ""
    places: TagPlaces = NOWHERE
    subs: Sequence[MatrixCell] = ()

    @property
    def url(self) -> str:
        return cluster_url(self.technique.id)

    @property
    def subs_words(self) -> str:
        words = ngettext("%(n)s sub-technique", "%(n)s sub-techniques", len(self.subs))
        return words % {"n": len(self.subs)}

    @property
    def is_marked(self) -> bool:
        return bool(self.score or self.comment)

    @property
    def marked_subs(self) -> int:
        return sum(sub.is_marked for sub in self.subs)

    @property
    def hottest_sub(self) -> MatrixCell | None:
        return max(self.subs, key=lambda sub: (sub.level, sub.score), default=None)

    @property
    def searched_in(self) -> str:
        return f"{self.technique.code} {self.technique.name}".lower()


@dataclass(frozen=True, slots=True)
class CellColumn:
    title: str
    cells: Sequence[MatrixCell]

    @property
    def marked(self) -> int:
        return sum(cell.is_marked + cell.marked_subs for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TableLine:
    cell: MatrixCell
    tactics: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Scores by tag name, and for a layer its scores and comments by code instead."""

    scores: Mapping[str, int]
    places: Mapping[str, TagPlaces]
    layer: Layer | None = None
    revoked: AbstractSet[int] = frozenset()
    """Clusters that were replaced by others: shown only where they are marked."""

    def shows(self, cell: MatrixCell) -> bool:
        return cell.is_marked or cell.technique.id not in self.revoked

    @property
    def highest(self) -> float:
        if self.layer is None:
            return max(self.scores.values(), default=0)
        return max((entry.score or 0 for entry in self.layer.techniques.values()), default=0)

    def cell(self, technique: Technique, highest: float, subs: Sequence[MatrixCell] = ()) -> MatrixCell:
        comment = ""
        score: int | float = self.scores.get(technique.tag_name, 0)
        if self.layer is not None:
            entry = self.layer.techniques.get(technique.code)
            score, comment = (entry.score or 0, entry.comment) if entry else (0, "")
        places = self.places.get(technique.tag_name, NOWHERE)
        return MatrixCell(technique, score, _level(score, highest), comment, places, subs)


@dataclass(frozen=True, slots=True)
class MatrixView:
    """What of a matrix is asked for in the address."""

    domain: str
    platform: str
    is_table: bool
    only_marked: bool
    text: str

    @classmethod
    def of(cls, request: PageRequest) -> MatrixView:
        asked = request.GET
        return cls(
            asked.get("domain", ""),
            asked.get("platform", ""),
            asked.get("view") == "table",
            asked.get("marked") == "1",
            asked.get("q", "").replace("\0", "").strip().lower()[:100],
        )

    def chosen(self, domains: Sequence[Domain], heat: Heat) -> Domain:
        """The domain asked for, else the first with something in it."""
        wanted = [domain for domain in domains if domain.key == self.domain]
        hot = (domain for domain in domains if any(heat.cell(one, 1).is_marked for one in domain.techniques))
        return wanted[0] if wanted else next(hot, domains[0])

    def shows(self, cell: MatrixCell) -> bool:
        return (cell.is_marked or not self.only_marked) and self.text in cell.searched_in


def matrix_context(
    request: PageRequest, domains: Sequence[Domain], heat: Heat, view: MatrixView
) -> dict[str, Any]:
    domain = view.chosen(domains, heat)
    highest = heat.highest
    columns = [
        CellColumn(
            column.title,
            [
                cell
                for one in column.techniques
                if _is_shown(view, heat, cell := heat.cell(one, highest, _subs(heat, one, highest)))
            ],
        )
        for column in domain.columns
    ]
    # Organisations' own clusters are as many as they like, in as many columns.
    is_too_large = sum(1 + len(cell.subs) for column in columns for cell in column.cells) > MOST_CELLS
    if is_too_large:
        view = replace(view, is_table=True)
    lines = _lines(domain, heat, view) if view.is_table else []
    return {
        "view": view,
        "domain": domain,
        "columns": [] if view.is_table else columns,
        "lines": lines[:MOST_CELLS],
        "lines_left_out": len(lines[MOST_CELLS:]),
        "is_too_large": is_too_large,
        "legend": legend(highest),
        "marked": sum(heat.cell(one, 1).is_marked for one in domain.techniques),
        "domain_tabs": [
            {
                "label": each.title,
                "url": with_query(request, domain=each.key, platform=None),
                "count": sum(heat.cell(one, 1).is_marked for one in each.techniques),
                "current": each.key == domain.key,
            }
            for each in domains
        ],
        "matrix_url": with_query(request, view=None),
        "table_url": with_query(request, view="table"),
        "kept_by_tools": _kept(request, {"platform", "q", "marked"}),
        "kept_by_filter": _kept(request, {"since", "until", "organisation", "sector"}),
        "has_codes": any(one.code for one in domain.techniques),
    }


def _kept(request: PageRequest, own: AbstractSet[str]) -> dict[str, str]:
    """What a form of the page has to send along, because it has no field for it."""
    return {name: str(text) for name, text in request.GET.items() if name not in own}


def legend(highest: float) -> list[dict[str, Any]]:
    """Level → the scores it stands for, from low to high; of a few scores, each has a level of its own."""
    if highest <= HEAT_LEVELS:
        return [{"level": _level(n, highest), "words": str(n)} for n in range(1, ceil(highest) + 1)]
    # The whole scores whose level is the same, which `_level` rounds up.
    bounds = [floor(highest * level / HEAT_LEVELS) for level in range(HEAT_LEVELS + 1)]
    return [
        {"level": level, "words": f"{low + 1}–{high}" if low + 1 < high else str(high)}
        for level, (low, high) in enumerate(pairwise(bounds), 1)
    ]


def _level(score: float, highest: float) -> int:
    # Rounded up, so that what is there at all is never drawn as nothing; scores of layers may be negative.
    return min(HEAT_LEVELS, ceil(HEAT_LEVELS * score / highest)) if score > 0 and highest > 0 else 0


def _subs(heat: Heat, technique: Technique, highest: float) -> list[MatrixCell]:
    return [cell for sub in technique.subs if heat.shows(cell := heat.cell(sub, highest))]


def _is_shown(view: MatrixView, heat: Heat, cell: MatrixCell) -> bool:
    return (view.shows(cell) and heat.shows(cell)) or any(map(view.shows, cell.subs))


def _tactics(columns: Sequence[MatrixColumn]) -> str:
    more = ["…"] if len(columns) > MOST_TACTICS else []
    return ", ".join([*(column.title for column in columns[:MOST_TACTICS]), *more])


def _lines(domain: Domain, heat: Heat, view: MatrixView) -> list[TableLine]:
    columns = domain.columns_by_technique()
    highest = heat.highest
    lines = [
        TableLine(cell, _tactics(columns[one.id]))
        for one in domain.techniques
        if view.shows(cell := heat.cell(one, highest)) and heat.shows(cell)
    ]
    return sorted(
        lines, key=lambda line: (-line.cell.score, line.cell.technique.code, line.cell.technique.name)
    )
