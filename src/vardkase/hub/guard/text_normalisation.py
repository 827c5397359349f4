"""Normalises texts before markings are searched, whatever characters they are written with.

Format characters and other characters without a glyph are dropped, compatibility forms (full-width letters, composed
and decomposed accents) become one (NFKC), letters that look like one of ASCII become that (Unicode's confusables,
UTS #39), and what joins words in file names and tags becomes a blank.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files

JOINERS = "_-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""Low line, hyphens, dashes and minus, as they may be after NFKC."""

# Unicode Character Database: the general category Cf, and what else has the property Default_Ignorable_Code_Point.
FORMAT = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001\U000e0020-\U000e007f"
)
WITHOUT_GLYPH = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef"
IGNORED = f"[{FORMAT}{WITHOUT_GLYPH}]"
"""A class of characters, as Python and PostgreSQL both read it."""


COMBINING = "[\u0300-\u036f]"
"""Accents, underlines and strokes of which NFKC makes no letter with the one before."""


def _look_alikes() -> dict[str, str]:
    """Letter of another script → the ASCII letter it resembles; capitals map to capitals."""
    look_alikes: dict[str, str] = {}
    for letter, plain_letter in _pairs():
        known = look_alikes.get(letter)
        # A letter may resemble several: the first one of the same case counts.
        if known is None or (
            known.isupper() != letter.isupper() and plain_letter.isupper() == letter.isupper()
        ):
            look_alikes[letter] = plain_letter
    return look_alikes


def _pairs() -> Iterator[tuple[str, str]]:
    data = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    for source, others in data.items():
        for other in (str(entry["c"]) for entry in others):
            for letter, plain_letter in ((source, other), (other, source)):
                is_letter = len(letter) == 1 and letter >= FIRST_FOLDED and letter.isalpha()
                if is_letter and len(plain_letter) == 1 and plain_letter.isascii() and plain_letter.isalpha():
                    yield letter, plain_letter


FIRST_FOLDED = "\u0100"
"""The letters of Latin-1 before it are those of our own languages."""
LOOK_ALIKES = _look_alikes()
PARAMETERS = {"ignored": IGNORED, "combining": COMBINING, "joiners": JOINERS, "blanks": " " * len(JOINERS)}
"""What the SQL of `plain_in_sql` needs."""

_ignored = re.compile(IGNORED)
_combining = re.compile(COMBINING)
_ligatures = str.maketrans("\ufdfa\ufdfb", "  ")
"""Of whole sentences: NFKC would make 18 characters of each, so that a short text took long to search."""
_folded = str.maketrans(LOOK_ALIKES | dict.fromkeys(JOINERS, " "))


def plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", _ignored.sub("", text).translate(_ligatures))
    return _combining.sub("", normal).translate(_folded)


def plain_in_sql(text: str) -> str:
    """SQL that normalises the expression `text`, except for look-alikes: search it with `with_look_alikes`.

    Plain ASCII, the usual case, skips normalisation.
    """
    is_ascii = f"octet_length({text}) = char_length({text})"
    normal = f"normalize(regexp_replace({text}, %(ignored)s, '', 'g'), NFKC)"
    normal = f"regexp_replace({normal}, %(combining)s, '', 'g')"
    return f"translate(CASE WHEN {is_ascii} THEN {text} ELSE {normal} END, %(joiners)s, %(blanks)s)"


def with_look_alikes(pattern: str) -> str:
    """A regular expression whose ASCII letters, including those in classes, also match their look-alikes.

    PostgreSQL evaluates it in one pass; `translate` would look up each character of a text in the whole list.
    """
    alike: dict[str, str] = {}
    for letter, plain_letter in LOOK_ALIKES.items():
        alike[plain_letter] = alike.get(plain_letter, "") + letter
    parts: list[str] = []
    in_class = False
    # An escape such as \s and a range such as A-Z are one piece: their letters have no look-alikes.
    for piece in re.findall(r"\\.|\w-\w|.", pattern):
        in_class = piece == "[" or (in_class and piece != "]")
        letters = piece + alike.get(piece, "")
        parts.append(letters if in_class or len(letters) == len(piece) else f"[{letters}]")
    return "".join(parts)
