"""One form for all texts in which markings are looked for, whatever characters they were written with.

Format characters and other characters without a glyph are dropped, compatibility forms (full-width letters, composed
and decomposed accents) become one (NFKC), and what joins words in file names and tags becomes a blank.
"""

from __future__ import annotations

import re
import unicodedata

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

PARAMETERS = {"ignored": IGNORED, "joiners": JOINERS, "blanks": " " * len(JOINERS)}
"""What the SQL of `plain_in_sql` needs."""

_ignored = re.compile(IGNORED)
_blanks = str.maketrans(JOINERS, " " * len(JOINERS))


def plain(text: str) -> str:
    """`text` in the one form."""
    return unicodedata.normalize("NFKC", _ignored.sub("", text)).translate(_blanks)


def plain_in_sql(text: str) -> str:
    """SQL of the same for the expression `text`. Plain ASCII, which most is, is not normalised."""
    is_ascii = f"octet_length({text}) = char_length({text})"
    normal = f"normalize(regexp_replace({text}, %(ignored)s, '', 'g'), NFKC)"
    return f"translate(CASE WHEN {is_ascii} THEN {text} ELSE {normal} END, %(joiners)s, %(blanks)s)"
