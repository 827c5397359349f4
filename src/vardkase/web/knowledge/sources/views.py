"""The page from which every library, and every list that correlation and import obey, is reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.blocklists.rules import managed_kinds
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
    if limits := _limits(request.actor):
        groups.append((_("Correlations and blocklists"), limits))
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
        LibraryCard(
            "object_templates",
            {"icon": "box"},
            _("Object templates"),
            _("The attributes that make up an object, such as a file or an e-mail."),
            _of_which_enabled(counts.object_templates, counts.object_templates_enabled),
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
        LibraryCard(
            "noticelists",
            {"icon": "notes"},
            _("Noticelists"),
            _("What to consider before certain types are used, such as personal data."),
            _of_which_enabled(counts.noticelists, counts.noticelists_enabled),
        ),
        LibraryCard(
            "decaying_models",
            {"icon": "chart-line"},
            _("Decaying models"),
            _("How quickly values go out of date, and when they count as decayed."),
        ),
        LibraryCard(
            "import_expressions",
            {"icon": "filter"},
            _("Import expressions"),
            _("Regular expressions that rewrite or refuse values when they come in."),
            thin(counts.import_expressions) if counts.import_expressions else gettext("None yet"),
        ),
    ]


def _limits(actor: Actor) -> list[LibraryCard]:
    """What only those who run the hub see."""
    cards = []
    if actor.is_site_admin:
        cards.append(
            LibraryCard(
                "correlation_exclusions",
                {"icon": "link-off"},
                _("Correlations"),
                _(
                    "Values that never link events, values with too many correlations, and rules between events."
                ),
            )
        )
    if managed_kinds(actor):
        cards.append(
            LibraryCard(
                "blocklists",
                {"icon": "ban"},
                _("Blocklists"),
                _("Events, organisations and other things that the hub refuses, wherever they come from."),
            )
        )
    return cards


def _of_which_enabled(number: int, enabled: int) -> str:
    if not number:
        return gettext("None yet")
    return gettext("%(n)s, of which %(enabled)s enabled") % {"n": thin(number), "enabled": thin(enabled)}
