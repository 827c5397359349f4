"""Operators of the search box, such as `tag:` and `seen:`, and which page answers those of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.event_list import TLPS
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.value_search import ValueMeaning, understand
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import organisations, sees_every_organisation
from vardkase.knowledge.taxonomies.queries import visible_tags
from vardkase.misp.types import CATEGORIES, TYPES

SEEN = "seen"
"""The operator that both lists know: changed or dated since."""
OF_EVENTS = {"tag": "text", "galaxy": "cluster", "org": "organisation", "tlp": "tlp"}
"""Operator → parameter of the event list."""
OF_VALUES = {"type": "type", "category": "category"}
"""Operator → parameter of the value search."""
OPERATORS: Mapping[str, str | Promise] = {
    "type": _("Attribute type"),
    "category": _("Category"),
    "tag": _("Tag of the event or attribute"),
    "galaxy": _("Actor, technique or other galaxy cluster"),
    "org": _("Organisation that created the event"),
    "tlp": _("TLP of the event"),
    SEEN: _("Values changed since, or events dated since: a date, or 7d, 2w, 3m, 1y"),
}
EXAMPLES = {
    "type": "type:ip-dst",
    "category": 'category:"Network activity"',
    "tag": "tag:phishing",
    "galaxy": "galaxy:T1486",
    "org": "org:CERT-SE",
    "tlp": "tlp:green",
    SEEN: "seen:30d",
}
WORD = re.compile(rf"""(?:(-?)({"|".join(OPERATORS)}):)?(?:"([^"]+)"|([^\s"]+="[^"]*"|\S+))""", re.IGNORECASE)
"""An operator or none, with a minus to exclude, and a word or several in quotation marks. A tag of a taxonomy has
quotation marks of its own.
"""
LIKE_OPERATOR = re.compile(r"(?:^|\s)-?([A-Za-z]{2,20}):(?![/:\\\s])")
"""Neither a URL nor a path."""
CHOICES: Mapping[str, Sequence[str]] = {
    "tlp": TLPS,
    "type": sorted(TYPES),
    "category": sorted(CATEGORIES),
}
"""Operators that know all their answers."""
USUAL: Mapping[str, Sequence[str]] = {
    "type": ("ip-dst", "domain", "url", "sha256", "md5", "email-src", "filename", "vulnerability"),
    "category": ("Network activity", "Payload delivery", "External analysis", "Artifacts dropped"),
}
"""Choices that are offered first, and where nothing like what was written exists."""
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
AGO = re.compile(r"(\d{1,3})([dwmy])")
MOST = 30
"""Operators in a text."""
MOST_NAMED = 8
"""Choices that an error names."""
MOST_ORGANISATIONS = 8
LONGEST_ADDRESS = 2000
"""Characters; Django refuses to redirect to longer ones."""
SHORTEST_PART = 3
"""Characters: what contains fewer than a trigram is found by reading everything."""


class Unclear(Exception):
    """Operators that cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Filtering:
    """What a text asks for by operators; `words` are what is beside them."""

    words: str
    wanted: dict[str, list[str]] = field(default_factory=dict)
    unwanted: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    @property
    def names(self) -> set[str]:
        return self.wanted.keys() | self.unwanted.keys()


def filtering_of(text: str) -> Filtering:
    if "\n" in text:  # A pasted list: none of its lines is an operator.
        return Filtering(text)
    asked, words = Filtering(text), []
    for minus, name, quoted, plain in WORD.findall(text):
        word = quoted or plain
        if name:
            group = asked.unwanted if minus else asked.wanted
            group.setdefault(name.lower(), []).append(word)
        else:
            words.append(word)
    return Filtering(" ".join(words), asked.wanted, asked.unwanted) if asked else asked


def address_of_filters(actor: Actor, text: str) -> str | None:
    """The list that answers the operators of a text: of values, of events, or the advanced search with its form
    filled in. None for a text without any. Raises Unclear.
    """
    asked = filtering_of(text)
    if not asked:
        return None
    if sum(map(len, (*asked.wanted.values(), *asked.unwanted.values()))) > MOST:
        raise Unclear(gettext("Use at most %(most)s operators at a time.") % {"most": MOST})
    asked = Filtering(asked.words, _checked(asked.wanted), _checked(asked.unwanted))
    address = _values(asked) or _events(asked) or _advanced(actor, asked)
    if len(address) > LONGEST_ADDRESS:
        raise Unclear(gettext("This is too long. Use fewer operators, or the advanced search."))
    return address


def _checked(groups: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [_meant(name, word) for word in words] for name, words in groups.items()}


def _meant(name: str, word: str) -> str:
    if name == SEEN:
        return day(word)
    return _choice(name, word) if name in CHOICES else word


def _is_simple(asked: Filtering, operators: Iterable[str]) -> bool:
    """Whether a list can answer: these operators alone, each once."""
    once = all(len(words) == 1 for words in asked.wanted.values())
    return once and not asked.unwanted and asked.names <= {*operators, SEEN}


def _values(asked: Filtering) -> str | None:
    if not _is_simple(asked, OF_VALUES):
        return None
    given = {OF_VALUES.get(name, "since"): word for name, (word,) in asked.wanted.items()}
    return f"{reverse('search')}?{urlencode({'q': _containing(asked.words)} | given)}"


def _events(asked: Filtering) -> str | None:
    if not _is_simple(asked, OF_EVENTS) or ("tag" in asked.wanted and asked.words):
        return None
    given = {OF_EVENTS.get(name, "since"): word for name, (word,) in asked.wanted.items()}
    if asked.words:
        given["text"] = asked.words
    return f"{reverse('events')}?{urlencode(given)}"


def _advanced(actor: Actor, asked: Filtering) -> str:
    scope = Scope.ATTRIBUTES if asked.names & OF_VALUES.keys() else Scope.EVENTS
    words = _containing(asked.words)
    when = "changed" if scope is Scope.ATTRIBUTES else "date"
    wanted, unwanted = asked.wanted.get, asked.unwanted.get
    given: dict[str, Any] = {
        "scope": scope.value,
        "value" if scope is Scope.ATTRIBUTES else "eventinfo": words,
        "type": wanted("type", []),
        "type_not": unwanted("type", []),
        "category": wanted("category", []),
        "category_not": unwanted("category", []),
        # One event has one TLP, so that several are alternatives.
        "tags": _levels(actor, wanted("tlp", [])),
        "tags_all": _tags(actor, asked.wanted),
        "tags_not": [*_levels(actor, unwanted("tlp", [])), *_tags(actor, asked.unwanted)],
        "org": _creators(actor, wanted("org", [])),
        "org_not": _creators(actor, unwanted("org", [])),
        f"{when}_from": max(wanted(SEEN, [""])),
        f"{when}_until": min(unwanted(SEEN, [""])),
    }
    filled = {name: value for name, value in given.items() if value}
    # The results are below the form.
    return f"{reverse('advanced_search')}?{urlencode(filled, doseq=True)}#found"


def _containing(words: str) -> str:
    """A pattern for what contains the words; addresses, lists and patterns have a meaning of their own."""
    is_part = len(words) >= SHORTEST_PART and understand(words).meaning is ValueMeaning.VALUE
    return f"%{words}%" if is_part else words


def _levels(actor: Actor, levels: Sequence[str]) -> list[str]:
    return [_tag(actor, f"tlp:{level}") for level in levels]


def _tags(actor: Actor, asked: Mapping[str, list[str]]) -> list[str]:
    clusters = [_tag(actor, name, "misp-galaxy:") for name in asked.get("galaxy", [])]
    return [*(_tag(actor, name) for name in asked.get("tag", [])), *clusters]


def _tag(actor: Actor, word: str, namespace: str = "") -> str:
    """The tag of this name, or a pattern for those that contain it, in the case in which they are written."""
    tags = visible_tags(actor)
    if named := tags.filter(name__iexact=word).values_list("name", flat=True).first():
        return named
    some = (
        tags.filter(name__icontains=word, name__startswith=namespace).values_list("name", flat=True).first()
    )
    if some is not None and (at := some.lower().find(word.lower())) >= 0:
        word = some[at : at + len(word)]
    return f"{namespace}%{word}%" if namespace else f"%{word}%"


def _creators(actor: Actor, words: Sequence[str]) -> list[str]:
    """The organisations with one of the words in their names; the word itself where there is none."""
    found: list[str] = []
    for word in words:
        named: list[str] = []
        if sees_every_organisation(actor):
            matching = organisations("all").filter(name__icontains=word)
            named = list(matching.values_list("name", flat=True)[: MOST_ORGANISATIONS + 1])
        if len(named) > MOST_ORGANISATIONS:
            raise Unclear(
                gettext(
                    "More than %(most)s organisations have “%(word)s” in their names. Enter more of the name."
                )
                % {"most": MOST_ORGANISATIONS, "word": word}
            )
        found += named or [word]
    return list(dict.fromkeys(found))


def _choice(name: str, word: str) -> str:
    known = {choice.casefold(): choice for choice in CHOICES[name]}
    if word.casefold() in known:
        return known[word.casefold()]
    near = list(known.values())
    if len(near) > MOST_NAMED:
        begun = sorted(known, key=lambda written: not written.startswith(word.casefold()))
        containing = [known[written] for written in begun if word.casefold() in written]
        alike = [known[each] for each in get_close_matches(word.casefold(), known, MOST_NAMED)]
        near = list(dict.fromkeys([*containing, *alike])) or list(USUAL[name])
    told = {"operator": name, "word": word, "choices": ", ".join(near[:MOST_NAMED])}
    raise Unclear(gettext("“%(word)s” is not a valid value for %(operator)s. Examples: %(choices)s.") % told)


def day(text: str) -> str:
    """An ISO date, or so many days, weeks, months or years ago. Raises Unclear."""
    if ago := AGO.fullmatch(text.lower()):
        return str(timezone.localdate() - timedelta(days=int(ago[1]) * DAYS[ago[2]]))
    try:
        return str(date.fromisoformat(text))
    except ValueError as malformed:
        raise Unclear(
            gettext("Enter seen: as a date, 2026-11-01, or as a time back, 7d, 2w, 3m or 1y.")
        ) from malformed


def text_of(words: str, **filters: str) -> str:
    """What to write in the search box to find the same values again: `words` and filters of the value search."""
    if filters and words.startswith("%") and words.endswith("%") and words == _containing(words[1:-1]):
        words = words[1:-1]
    return " ".join(filter(None, [*(f"{name}:{quoted(word)}" for name, word in filters.items()), words]))


def unknown_operator(text: str) -> str:
    """What is written like an operator and is none; empty where nothing is."""
    written = LIKE_OPERATOR.search(text)
    return written[1] if written and written[1].lower() not in OPERATORS else ""


def quoted(word: str) -> str:
    return f'"{word}"' if " " in word and '"' not in word else word


def operator_help() -> list[dict[str, str | Promise]]:
    """What the search box understands, with an example of each."""
    return [{"name": name, "meaning": words, "example": EXAMPLES[name]} for name, words in OPERATORS.items()]
