"""What the beginning of a text says of it: its title and its date."""

from __future__ import annotations

import re
from datetime import date

from vardkase.misp.freetext import detect

LONGEST_TITLE = 120
LINES_BEFORE_TITLE = 20
LOOKED_AT = 2_000
"""Characters in which the date of a text is looked for."""
HEADERS = ("subject:", "ämne:")
EARLIEST_YEAR = 1990
MONTHS = (
    ("jan", "january", "januari"),
    ("feb", "february", "februari"),
    ("mar", "march", "mars"),
    ("apr", "april"),
    ("may", "maj"),
    ("jun", "june", "juni"),
    ("jul", "july", "juli"),
    ("aug", "august", "augusti"),
    ("sep", "sept", "september"),
    ("oct", "okt", "october", "oktober"),
    ("nov", "november"),
    ("dec", "december"),
)
MONTH_NUMBERS = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
_MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
DATES = re.compile(
    # Not in the middle of an address, a version or a longer number.
    rf"(?<![\w/.-])(?:(?P<y1>\d{{4}})-(?P<m1>\d{{1,2}})-(?P<d1>\d{{1,2}})(?![\w/-])"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})\.?,?\s+(?P<y2>\d{{4}})(?!\w)"
    rf"|(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})(?!\w))",
    re.IGNORECASE,
)


def title_of(text: str) -> str:
    """The first line of words, not of values; without the name of a mail's header."""
    for raw in text.splitlines()[:LINES_BEFORE_TITLE]:
        line = raw.strip(" #*\t")
        if line.lower().startswith(HEADERS):
            line = line.partition(":")[2].strip()
        is_table = line.startswith("|")
        if (
            " " in line
            and not is_table
            and len(detect(line[:LONGEST_TITLE], beyond_misp=True)) < len(line.split()) / 2
        ):
            return line
    return ""


def date_of(text: str, *, latest: date) -> date | None:
    """The first date that the text begins with, no later than `latest`: ISO, or written in English or Swedish."""
    for found in DATES.finditer(text[:LOOKED_AT]):
        parts = {name[0]: value for name, value in found.groupdict().items() if value}
        try:
            month = MONTH_NUMBERS.get(parts["m"].lower()) or int(parts["m"])
            day = date(int(parts["y"]), month, int(parts["d"]))
        except ValueError:
            continue
        if day.year >= EARLIEST_YEAR and day <= latest:
            return day
    return None
