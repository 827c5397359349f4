"""How the last word of the search box can go on: operators, and what may follow each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, sees_every_organisation
from vardkase.knowledge.galaxies.queries import search_clusters
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.knowledge.taxonomies.tlp import meaning
from vardkase.web.analysis.search.asked import LONGEST_LINK
from vardkase.web.analysis.search.operators import CHOICES, EXAMPLES, OPERATORS, SEEN, USUAL, day, quoted
from vardkase.web.ui.display import long_date

MOST = 8
SHORTEST = 2
"""Letters of an operator before it is offered."""
LAST = re.compile(r"""(?:^|(?<=\s))(-?)(?:(\w+):)?(?:"([^"]*)|([^\s"]*(?:="[^"]*)?))$""")
"""The word that is being written: a minus, an operator and the beginning of what it asks for."""
TIMES_BACK = ("1d", "7d", "30d", "90d", "1y")


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` is the whole text of the box with its last word completed."""

    text: str
    label: str
    note: str


def completions(actor: Actor, text: str) -> list[Completion]:
    if len(text) > LONGEST_LINK or "\n" in text or (last := LAST.search(text)) is None:
        return []
    minus, name, begun = last[1], (last[2] or "").lower(), last[3] or last[4] or ""
    before = text[: last.start()] + minus
    if name in OPERATORS:
        offered = [(word, note) for word, note in CHOICES_OF[name](actor, begun) if word != begun][:MOST]
        words = [(f"{name}:{quoted(word)}", word, note) for word, note in offered]
        if not words and not begun:
            return [Completion(f"{before}{EXAMPLES[name]}", EXAMPLES[name], str(OPERATORS[name]))]
        return [Completion(f"{before}{whole} ", label, note) for whole, label, note in words]
    if name or len(begun) < SHORTEST:
        return []
    found = [(known, str(words)) for known, words in OPERATORS.items() if known.startswith(begun.lower())]
    return [Completion(f"{before}{known}:", f"{known}:", words) for known, words in found]


def _known(name: str) -> Callable[[Actor, str], Iterable[tuple[str, str]]]:
    def choices(_actor: Actor, begun: str) -> Iterable[tuple[str, str]]:
        found = [word for word in CHOICES[name] if begun.lower() in word.lower()]
        usual = USUAL.get(name, ())
        # What begins with the letters comes first, and what is usual before the rest.
        found.sort(key=lambda word: (not word.lower().startswith(begun.lower()), word not in usual))
        return ((word, "") for word in found)

    return choices


def tag_choices_for(actor: Actor, begun: str) -> Iterable[tuple[str, str]]:
    found = tag_choices(actor, begun) if begun else []
    return ((choice.name, choice.title or meaning(choice.name)) for choice in found)


def cluster_choices_for(actor: Actor, begun: str) -> Iterable[tuple[str, str]]:
    if not begun:
        return ()
    found = search_clusters(actor, begun, limit=MOST)
    return ((cluster.value, cluster.galaxy.name) for cluster in found if '"' not in cluster.value)


def organisation_choices_for(actor: Actor, begun: str) -> Iterable[tuple[str, str]]:
    if not sees_every_organisation(actor):
        return ()
    names = organisations("all").filter(name__icontains=begun).values_list("name", flat=True)[:MOST]
    return ((name, "") for name in names if '"' not in name)


def time_choices_for(_actor: Actor, begun: str) -> Iterable[tuple[str, str]]:
    return (
        (back, gettext("since %(date)s") % {"date": long_date(date.fromisoformat(day(back)))})
        for back in TIMES_BACK
        if back.startswith(begun.lower())
    )


CHOICES_OF: Mapping[str, Callable[[Actor, str], Iterable[tuple[str, str]]]] = {
    **{name: _known(name) for name in CHOICES},
    "tag": tag_choices_for,
    "galaxy": cluster_choices_for,
    "org": organisation_choices_for,
    SEEN: time_choices_for,
}
