"""Fast validation of generated STIX patterns by caching their few distinct shapes.

The stix2 library parses every pattern with a grammar, which is two thirds of the time of an export. Two patterns
that differ only inside quotation marks are either both valid or both invalid, so each shape is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from stix2.v20 import sdo as sdo_of_20
from stix2.v21 import sdo as sdo_of_21

TEXT = re.compile(r"(?<![thb])'(?:[^'\\]|\\['\\])*'")
"""A text as the grammar has it; not the times and bytes (t'…', h'…', b'…') that must be of a form."""

DEEPEST = 50
"""Levels of brackets in a pattern. Its parsers take twice as long with each further level."""
TOO_DEEP = f"Its brackets nest deeper than {DEEPEST}"

type Validator = Callable[[str, str], list[Any]]


def by_shape(validate: Validator) -> Validator:
    """`validate`, called only once for each shape that it finds valid."""
    valid: set[tuple[str, str]] = set()

    def validated(pattern: str, version: str) -> list[Any]:
        signs = TEXT.sub("", pattern)
        depths = accumulate(1 if sign in "[(" else -1 for sign in signs if sign in "[]()")
        if max(depths, default=0) > DEEPEST:
            return [TOO_DEEP]
        shape = (TEXT.sub("''", pattern), version)
        if shape in valid:
            return []
        errors = validate(pattern, version)
        if not errors:
            valid.add(shape)
        return errors

    return validated


def validate_by_shape() -> None:
    """Make the stix2 library validate by shape in this process."""
    for module in (sdo_of_20, sdo_of_21):
        module.run_validator = by_shape(module.run_validator)
