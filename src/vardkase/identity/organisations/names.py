"""Organisation names: allowed characters, and detection of look-alikes.

Two names look alike when they have the same skeleton, by Unicode's confusables (UTS #39, section 4): "Оrg" with a
Cyrillic О looks like "Org", and "rn" like "m". Marks on letters are ignored, except those of å, ä and ö, which are
letters of their own: Håbo and Habo are two municipalities. For organisations, punctuation and spaces are ignored too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from vardkase.core.errors import InvalidValue
from vardkase.core.sql import cursor
from vardkase.identity.organisations.problems import OrganisationProblem

UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a name may not hold: control, format (bidi and zero-width among them), line separators."""
FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Characters of other categories that are not shown: Unicode's Default_Ignorable_Code_Point, and the empty Braille
pattern."""
WIDE_MARKS = "\u0303\u0304\u0308\u030b\u030f"
SWEDISH_MARKS = {
    ("a", "\u030a"): "\u030a",
    ("a", "\u0307"): "\u030a",
    **dict.fromkeys(((letter, mark) for letter in "ao" for mark in WIDE_MARKS), "\u0308"),
}
"""Letter and mark → the mark of å, ä or ö that it looks like: "Malmő" looks like Malmö. All other marks are ignored."""
DIACRITIC = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
"""The marks of Latin, Greek and Cyrillic letters: elsewhere (が) a mark makes another letter."""
ABOUT_NAMES = "organisation name "
# In one order, so that two transactions with several names cannot deadlock.
LOCK = "SELECT pg_advisory_xact_lock(hashtext(%s || name)) FROM unnest(%s::text[]) AS name ORDER BY name"


def composed(name: str) -> str:
    """A name as stored: in NFKC, with single spaces. Raises InvalidValue for invisible characters."""
    whole = unicodedata.normalize("NFKC", name)
    if any(_is_unshown(one) for one in whole):
        raise InvalidValue(OrganisationProblem.NAME_INVISIBLE())
    return " ".join(whole.split())


def cleaned(name: str) -> str:
    """As `composed`, for names from other instances: invisible characters are removed."""
    whole = unicodedata.normalize("NFKC", name)
    return " ".join("".join(one for one in whole if not _is_unshown(one)).split())


def _is_unshown(character: str) -> bool:
    return unicodedata.category(character) in UNSHOWN or character in FILLERS


def skeleton(name: str) -> str:
    """The common form of all names confusable with this one; never displayed."""
    shapes = _shapes()
    for _pass in range(2):  # Capital and small letters look like different things: О like O, and I like l.
        decomposed = unicodedata.normalize("NFD", cleaned(name))
        name = "".join(shapes.get(one, one) for one in decomposed).casefold()
    # A capital I has become l by now, and a small i has not: ORGANISATION and Organisation are one name.
    return " ".join(_with_swedish_marks(name).replace("i", "l").replace("\u0131", "l").split())


def organisation_skeleton(name: str) -> str:
    """As `skeleton`, and without punctuation, symbols and spaces, unless the name holds nothing else."""
    # NFKC, because confusables give some Han characters as the symbol of their radical.
    whole = unicodedata.normalize("NFKC", skeleton(name))
    return "".join(one for one in whole if one.isalnum() or unicodedata.category(one)[0] == "M") or whole


def _with_swedish_marks(name: str) -> str:
    kept: list[str] = []
    letter = ""
    for one in unicodedata.normalize("NFD", name):
        if not DIACRITIC.match(one):
            letter = one
            kept.append(one)
        elif mark := SWEDISH_MARKS.get((letter, one)):
            kept.append(mark)
            letter = ""  # One mark is enough: "ǟ" looks like "ä".
    return "".join(kept)


def take_turns(skeletons: Iterable[str]) -> None:
    """Serialise transactions that give organisations a name with one of these skeletons."""
    cursor().execute(LOCK, (ABOUT_NAMES, sorted(set(skeletons))))


@cache
def _shapes() -> Mapping[str, str]:
    pairs = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    alike: dict[str, set[str]] = {}
    for source, others in pairs.items():
        group = {_bare(source), *(_bare(other["c"]) for other in others)}
        for one in tuple(group):
            group |= alike.get(one, set())
        for one in group:
            alike[one] = group
    counted = {_bare(source): len(others) for source, others in pairs.items()}
    return {
        one: min(group, key=lambda each: (-len(each) if len(each) > 1 else 0, -counted.get(each, 0), each))
        for one, group in alike.items()
        if len(one) == 1
    }


def _bare(text: str) -> str:
    return text.replace("\u200e", "").replace("\u200f", "")
