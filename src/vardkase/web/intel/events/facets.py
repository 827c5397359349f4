"""The choices by which the table of attributes is filtered, with how many attributes each would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise

from vardkase.intel.queries.attribute_lines import LineFilter, count_by, count_by_tag
from vardkase.web.intel.events.shell import OpenEvent
from vardkase.web.intel.events.table_query import FACETS, MARKS, TableQuery, yes_or_no


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str | Promise
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str | Promise
    choices: list[Choice]
    is_counted: bool = True


def facets(shell: OpenEvent, query: TableQuery, wanted: LineFilter) -> list[Facet]:
    """Each facet is counted as the other ones filter. `wanted` is the resolved filter of `query`."""
    unlimited = replace(wanted, types=(), categories=(), detection=())
    cube = count_by(shell.actor, shell.event.id, unlimited, "a.type, a.category, a.to_ids")
    limits = (wanted.types, wanted.categories, wanted.detection)
    counted: list[Counter[str | bool]] = []
    for axis in range(len(limits)):
        others = [(place, limit) for place, limit in enumerate(limits) if place != axis and limit]
        counter: Counter[str | bool] = Counter(dict.fromkeys(limits[axis], 0))
        for row in cube:
            if all(row[place] in limit for place, limit in others):
                counter[row[axis]] += row[3]
        counted.append(counter)
    tags = count_by_tag(shell.actor, shell.event.id, replace(wanted, tags=()))
    types, categories, detection = counted
    return [
        _facet("type", types.most_common(), wanted.types),
        _facet("category", categories.most_common(), wanted.categories),
        _facet("tag", {**tags, **{name: tags.get(name, 0) for name in wanted.tags}}.items(), wanted.tags),
        Facet(
            "detection",
            FACETS["detection"],
            [
                Choice(str(int(flag)), yes_or_no(flag), detection[flag], flag in wanted.detection)
                for flag in (True, False)
            ],
        ),
        Facet(
            "mark",
            "",
            [Choice(mark, label, None, mark in query.marks) for mark, (label, _) in MARKS.items()],
        ),
    ]


def empty_facets(query: TableQuery) -> list[Facet]:
    """Those of a large event until they are counted: what is chosen, and what is never counted."""
    wanted = query.wanted
    chosen = (("type", wanted.types), ("category", wanted.categories), ("tag", wanted.tags))
    return [
        *(
            Facet(
                name, FACETS[name], [Choice(value, value, None, True) for value in values], is_counted=False
            )
            for name, values in chosen
        ),
        Facet(
            "detection",
            FACETS["detection"],
            [
                Choice(str(int(flag)), yes_or_no(flag), None, flag in wanted.detection)
                for flag in (True, False)
            ],
        ),
        Facet(
            "mark",
            "",
            [Choice(mark, label, None, mark in query.marks) for mark, (label, _) in MARKS.items()],
        ),
    ]


def _facet(name: str, counted: Iterable[tuple[str | bool, int]], chosen: tuple[str, ...]) -> Facet:
    choices = [Choice(str(value), str(value), count, value in chosen) for value, count in counted]
    return Facet(name, FACETS[name], choices)
