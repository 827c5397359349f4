"""How the parts of an event are distributed, counted by level."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.formats.event_graph.distribution import distribution_graph
from vardkase.misp.distribution import Distribution
from vardkase.web.intel.events.layout import shell_context, shell_of
from vardkase.web.ui.pages import PageRequest, page

KINDS: dict[str, str | Promise] = {
    "attribute": _("Attributes"),
    "obj_attr": _("Attributes in objects"),
    "object": _("Objects"),
    "event_report": _("Reports"),
}
BAR = 100
"""Width of a bar for all parts, in the units of its picture."""


@dataclass(frozen=True, slots=True)
class Level:
    distribution: int
    is_events: bool
    counts: list[int]
    width: float


@page()
def distribution(request: PageRequest, reference: str) -> HttpResponse:
    shell = shell_of(request.actor, reference)
    found = distribution_graph(request.actor, shell.event.id)
    counted = {level: [found[kind].get(str(int(level)), 0) for kind in KINDS] for level in Distribution}
    every = sum(map(sum, counted.values()))
    levels = [
        Level(
            int(level), level == shell.event.distribution, counts, BAR * sum(counts) / every if every else 0
        )
        for level, counts in counted.items()
        if any(counts) or level == shell.event.distribution
    ]
    context = {
        "kinds": list(KINDS.values()),
        "levels": levels,
        "totals": [sum(column) for column in zip(*counted.values(), strict=True)],
        "groups": found["sharing_groups"],
        "has_parts": every > 0,
    }
    return render(
        request, "event_graphs/distribution.html", {**shell_context(shell, "event_distribution"), **context}
    )
