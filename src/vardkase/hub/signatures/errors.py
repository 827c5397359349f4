"""Why a document was not signed."""

from __future__ import annotations


class NoTimestamp(Exception):
    """The timestamp service did not give a timestamp."""


class NotSigned(Exception):
    """The PDF cannot be signed, such as one that holds documents of others which are not as they should be."""
