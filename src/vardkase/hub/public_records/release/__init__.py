"""Copies of records for release, in which masked and withheld text does not exist.

`items_of` takes a version apart, somebody decides on each item, `copy` makes the PDF and the JSON from nothing but what
is left. Nothing in them depends on what is hidden: neither length, order, number nor identifiers.
"""

from __future__ import annotations
