"""The title and date with which a text begins."""

from __future__ import annotations

from datetime import date

import pytest

from vardkase.formats.incoming.text_heads import LOOKED_AT, date_of

LATEST = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Report, 2026-11-27\n198.51.100.7", date(2026, 11, 27)),
        ("Publicerad den 27 november 2026.", date(2026, 11, 27)),
        ("Uppdaterad 3 okt. 2026", date(2026, 10, 3)),
        ("November 27, 2026: an intrusion", date(2026, 11, 27)),
        ("On the 1st of it, 27th Nov 2026", date(2026, 11, 27)),
        ("MAJ 4 2025 and 2026-01-01", date(2025, 5, 4)),
        # Not dates, or none that can be meant.
        ("https://evil.example/2026-11-27/x", None),
        ("CVE-2026-11-27 and v1.2026-11-27", None),
        ("2027-01-01 or 2026-02-30 or 0001-01-01", None),
        ("31 February 2026, then 2026-03-01", date(2026, 3, 1)),
        ("x" * LOOKED_AT + " 2026-11-27", None),
        ("", None),
    ],
)
def test_date_is_the_first_that_is_written(text: str, expected: date | None) -> None:
    assert date_of(text, latest=LATEST) == expected
