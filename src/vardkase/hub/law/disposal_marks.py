"""What stands where a record was disposed of: in versions kept as record, material copied from them, and titles."""

from __future__ import annotations

import re
from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext

START = "[retention, "
MARK = re.compile(r"\[retention, (\d{4}-\d{2}-\d{2}), (R-\d+)\]")


def disposal_mark(day: date, rule: str) -> str:
    return f"{START}{day.isoformat()}, {rule}]"


def is_disposed(value: str) -> bool:
    return value.startswith(START)


def with_marks_in_words(text: str) -> str:
    """In the active language, so that nobody takes a mark for what the version said."""
    if START not in text:
        return text
    return MARK.sub(
        lambda mark: (
            gettext("[disposed of on %(day)s under retention rule %(rule)s]")
            % {"day": formatted(date.fromisoformat(mark[1]), "j F Y"), "rule": mark[2]}
        ),
        text,
    )
