"""Small inline components: TLP label, distribution line, tag, pill, threat level, detection flag.

Written once here as safe HTML, because a table page shows hundreds of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.web.ui.assets import asset_url
from vardkase.web.ui.galaxy_names import galaxy_name

TLP_COLOURS = {
    "red": "red",
    "amber+strict": "amber-strict",
    "amber": "amber",
    "green": "green",
    "clear": "clear",
    "white": "clear",
}
"""Label after `tlp:` → class of the plate. WHITE is what CLEAR was called before TLP 2.0."""

REACHES: dict[int, str | Promise] = {
    0: _("Only us"),
    1: _("The hub"),
    2: _("Connected hubs"),
    3: _("Everyone"),
    4: _("Sharing group"),
    5: _("Same as the event"),
}
GROUP, INHERIT = 4, 5
BEACONS = (5, 14, 23, 32)
"""Where the four beacons stand on the shore, in units of the glyph's 38 × 14 view."""

THREATS: dict[int, tuple[str, int, str | Promise]] = {
    1: ("high", 3, pgettext_lazy("threat level", "High")),
    2: ("medium", 2, pgettext_lazy("threat level", "Medium")),
    3: ("low", 1, pgettext_lazy("threat level", "Low")),
    4: ("unset", 0, pgettext_lazy("threat level", "Not set")),
}
THREAT_BARS = ("M1 11V8h3v3z", "M5.5 11V5h3v6z", "M10 11V1h3v10z")

PILLS = {
    "land": {"icon": "pencil"},
    "wait": {"icon": "clock"},
    "out": {"icon": "circle-check"},
    "info": {"icon": "info-circle"},
    "ok": {"icon": "check"},
    "warn": {"icon": "alert-triangle"},
    "bad": {"icon": "circle-x"},
    "lock": {"icon": "lock"},
}


def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers unless it has a `label`."""
    if not label:
        return _hidden_icon(name, size)
    css, href = _icon_attributes(name, size)
    return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)


@lru_cache(maxsize=512)
def _hidden_icon(name: str, size: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', *_icon_attributes(name, size)
    )


def _icon_attributes(name: str, size: str) -> tuple[str, str]:
    return f"icon icon-{size}" if size else "icon", f"{asset_url('icons.svg')}#{name}"


def tag_name(tag: Any) -> str:
    if isinstance(tag, dict):
        return str(tag.get("name", ""))
    return str(getattr(tag, "name", tag) or "")


def tlp(tag: Any) -> SafeString:
    label = tag_name(tag).lower().removeprefix("tlp:")
    return _tlp(label) if label in TLP_COLOURS else SafeString("")


@cache
def _tlp(label: str) -> SafeString:
    return format_html('<span class="tlp tlp-{}">TLP:{}</span>', TLP_COLOURS[label], label.upper())


def is_tlp(tag: Any) -> bool:
    name = tag_name(tag).lower()
    return name.startswith("tlp:") and name.removeprefix("tlp:") in TLP_COLOURS


@cache
def beacon_line(distribution: int, *, choosing: bool = False) -> SafeString:
    """The distribution glyph: four beacons on a shore, lit as far as it reaches; an arc for a group, an arrow
    for inherit."""
    lit = {GROUP: (0, 2), INHERIT: ()}.get(distribution, tuple(range(distribution + 1)))
    dark = [place for place in range(len(BEACONS)) if place not in lit]
    ring = {GROUP: "M5 3C8 .2 20 .2 23 3", INHERIT: "M4 2.5h26m0 0-2.5-2m2.5 2-2.5 2"}.get(distribution, "")
    paths = {
        "base": "M1 13h36",
        "lit": _beacons(lit, distribution),
        "off": _beacons(dark, distribution),
        "ring": ring,
    }
    return format_html(
        '<svg class="beacons{}" viewBox="0 0 38 14" aria-hidden="true">{}</svg>',
        " lit" if choosing else "",
        format_html_join("", '<path class="beacon-{}" d="{}"/>', ((css, d) for css, d in paths.items() if d)),
    )


def _beacons(places: Iterable[int], distribution: int) -> str:
    """One path for all of them: a page shows hundreds, and each element costs rendering time."""
    top, height = ("3", "8.5") if distribution < GROUP else ("4.5", "7")
    return "".join(f"M{BEACONS[place]} {top}l3 {height}h-6z" for place in places)


def reach(
    distribution: int | None, sharing_group: Any = None, *, choosing: bool = False, owner: str = ""
) -> SafeString:
    """`owner` names those who alone can read it, for readers outside it, who are not "us"."""
    level = INHERIT if distribution is None else int(distribution)
    group = getattr(sharing_group, "name", sharing_group)
    return format_html(
        '<span class="reach">{}<span>{}</span></span>',
        beacon_line(level, choosing=choosing),
        reach_words(level, group, owner),
    )


def reach_words(level: int, group: str | None, owner: str = "") -> str:
    if level == 0 and owner:
        return gettext("Only %(organisation)s") % {"organisation": owner}
    return group if level == GROUP and group else str(REACHES[level])


def threat(level: int | str | None) -> SafeString:
    """A threat level: filled bars and the word; 4 and unknown numbers mean not set."""
    css, bars, word = THREATS.get(int(level or 4), THREATS[4])
    return format_html('<span class="threat threat-{}">{}{}</span>', css, _threat_bars(bars), word)


@cache
def _threat_bars(filled: int) -> SafeString:
    paths = (("on", THREAT_BARS[:filled]), ("off", THREAT_BARS[filled:]))
    drawn = format_html_join(
        "", '<path class="{}" d="{}"/>', ((css, "".join(bars)) for css, bars in paths if bars)
    )
    return format_html('<svg class="threat-bars" viewBox="0 0 14 12" aria-hidden="true">{}</svg>', drawn)


def detection(to_ids: bool) -> SafeString:
    if to_ids:
        yes = pgettext("detect", "Yes")
        return format_html('<span class="detection detection-on">{}{}</span>', icon("focus-2"), yes)
    return format_html('<span class="detection detection-off">{}</span>', pgettext("detect", "No"))


def pill(kind: str, label: str, icon_name: str = "") -> SafeString:
    return format_html(
        '<span class="pill pill-{}">{}{}</span>', kind, icon(icon_name or PILLS[kind]["icon"]), label
    )


LONGEST_SHOWN = 2_000
"""Characters drawn of a name; stored ones have no more, those in a feed of somebody else may."""
LONGEST_CACHED = 300
"""Characters of a tag whose chip is kept: a name that somebody sends may have millions."""


def tag_parts(name: str) -> tuple[str, str]:
    """Namespace and value: `ns:predicate="value"` → (ns:predicate, value); no namespace → ("", name)."""
    # No regular expression: of a name full of ="=" it would try every split, for hours.
    predicate, equals, quoted = name.partition('="')
    if equals and predicate and quoted.endswith('"'):
        return predicate, quoted[:-1]
    namespace, colon, value = name.partition(":")
    return (namespace, value) if colon and value else ("", name)


def tag_chip(
    tag: Any,
    *,
    local: bool | None = None,
    remove: SafeString | str = "",
    link: bool = True,
    cluster_name: str = "",
) -> SafeString:
    """A tag or cluster in two parts. TLP becomes a badge; a local tag has a dashed edge and a label.

    A cluster links to its page, unless `link` is off: inside a label or another link. `cluster_name` is shown
    in place of the UUID that is in the tags of clusters that organisations made.
    """
    if is_tlp(tag):
        return tlp(tag)
    is_local = bool(getattr(tag, "local", False)) if local is None else local
    title = gettext("Local tag: stays on this hub") if is_local else ""
    name = tag_name(tag)[:LONGEST_SHOWN]
    drawn = _cached_tag_chip if len(name) <= LONGEST_CACHED else _tag_chip
    return drawn(name, title, remove, cluster_name[:LONGEST_CACHED], link=link and not remove)


def _tag_chip(
    name: str, title: str, remove: SafeString | str, cluster_name: str, *, link: bool
) -> SafeString:
    namespace, value = tag_parts(name)
    value = cluster_name or value
    cluster = namespace.startswith("misp-galaxy:")
    css = "tag" + (" tag-galaxy" if cluster else "") + (" tag-local" if title else "")
    # A list of events names its galaxies by tag alone: reading their own names would cost a query.
    shown = galaxy_name(namespace.removeprefix("misp-galaxy:")) if cluster else namespace
    is_link = cluster and link
    return format_html(
        '<{}{} class="{}"{}>{}<span class="tag-value">{}</span>{}</{}>',
        "a" if is_link else "span",
        format_html(' href="{}"', cluster_address(name)) if is_link else "",
        css,
        format_html(' title="{}"', title) if title else "",
        format_html('<span class="tag-namespace">{}</span>', shown) if shown else "",
        value,
        remove,
        "a" if is_link else "span",
    )


def tag_words(name: str) -> str:
    """A tag or cluster in running text."""
    namespace, value = tag_parts(name)
    if namespace.startswith("misp-galaxy:"):
        return f"{galaxy_name(namespace.removeprefix('misp-galaxy:'))}: {value}"
    return name.upper() if is_tlp(name) else name


def cluster_address(tag: str) -> str:
    """The page of the cluster of a tag, which it looks up: a chip knows the tag's name alone."""
    return f"{reverse('cluster_of_tag')}?{urlencode({'name': tag})}"


_cached_tag_chip = lru_cache(maxsize=2048)(_tag_chip)
"""A list shows the same few tags in every row."""
