"""Organisation names: allowed characters, and detection of look-alikes.

Two names look alike when they have the same skeleton, by Unicode's confusables (UTS #39, section 4): "Оrg" with a
Cyrillic О looks like "Org", and "rn" like "m".
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext

from vardkase.core.sql import cursor

UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a name may not hold: control, format (bidi and zero-width among them), line separators."""
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")
"""Letters and marks that are not shown either (Unicode's Default_Ignorable_Code_Point)."""
ABOUT_NAMES = "organisation name "
LOCK = "SELECT pg_advisory_xact_lock(hashtext(%s || name)) FROM unnest(%s::text[]) AS name ORDER BY name"


def composed(name: str) -> str:
    """A name as stored: in NFKC, with single spaces. Raises ValueError for invisible characters."""
    whole = unicodedata.normalize("NFKC", name)
    if any(_is_unshown(one) for one in whole):
        raise ValueError(gettext("The name contains invisible characters. Type it again."))
    return " ".join(whole.split())


def cleaned(name: str) -> str:
    """As `composed`, for names from other instances: invisible characters are removed."""
    whole = unicodedata.normalize("NFKC", name)
    return " ".join("".join(one for one in whole if not _is_unshown(one)).split())


def _is_unshown(character: str) -> bool:
    return (
        unicodedata.category(character) in UNSHOWN
        or character in FILLERS
        or "\ufe00" <= character <= "\ufe0f"  # Variation selectors.
    )


def skeleton(name: str) -> str:
    """The common form of all names confusable with this one; never displayed."""
    shapes = _shapes()
    for _pass in range(2):  # Capital and small letters look like different things: О like O, and I like l.
        decomposed = unicodedata.normalize("NFD", cleaned(name))
        name = "".join(shapes.get(one, one) for one in decomposed).casefold()
    # A capital I has become l by now, and a small i has not: ORGANISATION and Organisation are one name.
    return " ".join(name.replace("i", "l").split())


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
