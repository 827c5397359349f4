"""Attribute values: normal form, validation, parts (attribute-types.md §2–§5)."""

from vardkase.misp.values.normal import normalise, split
from vardkase.misp.values.rules import validate

__all__ = ["normalise", "split", "validate"]
