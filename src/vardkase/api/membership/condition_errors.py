"""What is wrong with conditions of a decision, by the fields that clients send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from vardkase.core.errors import Invalid

FORM_FIELD = re.compile(r"^condition_(\d+)_(\w+)$")


@contextmanager
def conditions_named() -> Iterator[None]:
    """Name in errors the fields of the list `conditions`: `conditions.1.day`, where forms have `condition_1_day`."""
    try:
        yield
    except Invalid as refused:
        raise Invalid(
            {FORM_FIELD.sub(r"conditions.\1.\2", name): each for name, each in refused.by_field.items()}
        ) from refused
