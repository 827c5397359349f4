"""The page from which every library, and every list that correlation and import obey, is reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.knowledge.sources.counts import LibraryCounts, library_counts
from vardkase.web.ui.display import thin
from vardkase.web.ui.pages import PageRequest, page


@dataclass(frozen=True, slots=True)
class LibraryCard:
    """`figures`: what the library holds, in words; empty where that depends on the reader."""

    view: str
    icon: dict[str, str]
    title: str | Promise
    about: str | Promise
    figures: str = ""


@page()
def index(request: PageRequest) -> HttpResponse:
    counts = library_counts()
    groups = [
        (_("Describing events"), _descriptions(counts)),
        (_("Judging values"), _checks(counts)),
    ]
    return render(request, "sources/index.html", {"groups": groups})


def _descriptions(counts: LibraryCounts) -> list[LibraryCard]:
    return [
        LibraryCard(
            "taxonomies",
            {"icon": "books"},
            _("Taxonomies"),
            _("Tags with agreed meanings, such as TLP, and which of them an event must have."),
            _of_which_enabled(counts.taxonomies, counts.taxonomies_enabled),
        ),
        LibraryCard(
            "galaxies",
            {"icon": "topology-star-3"},
            _("Galaxies"),
            _("Known actors, tools and techniques, such as those of MITRE ATT&CK."),
        ),
    ]


def _checks(counts: LibraryCounts) -> list[LibraryCard]:
    return [
        LibraryCard(
            "warninglists",
            {"icon": "alert-triangle"},
            _("Warninglists"),
            _("Values that often cause false positives, such as addresses of large services."),
            _of_which_enabled(counts.warninglists, counts.warninglists_enabled),
        ),
    ]


def _of_which_enabled(number: int, enabled: int) -> str:
    if not number:
        return gettext("None yet")
    return gettext("%(n)s, of which %(enabled)s enabled") % {"n": thin(number), "enabled": thin(enabled)}
