"""How big the body of a request may be: declared with the endpoint or page, checked before the body is decoded."""

from __future__ import annotations

from enum import Enum

from django.conf import settings

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE

UNPACKED_ANYWAY = MEBIBYTE
"""Bytes that every compressed body may have unpacked."""
RATIO = 25
"""How many times its size a compressed body may have unpacked beyond that. Events become 4 to 6 times smaller."""


class BodyLimits(Enum):
    """Bytes of a body, as sent and as unpacked."""

    PUBLIC = 64 * KIBIBYTE
    """For callers that are not known, and what every request may send before anybody is asked."""
    QUERY = 8 * MEBIBYTE
    """Searches, forms, single things: what does not say otherwise."""
    FILES = 32 * MEBIBYTE
    """Forms with evidence, envelopes of TAXII."""
    DOCUMENT = 512 * MEBIBYTE
    """Events, files and lists that are uploaded."""

    @property
    def bytes(self) -> int:
        """Bytes, within what the installation takes at all (VARDKASE_MAX_BODY)."""
        return min(self.value, settings.VARDKASE_MAX_BODY)

    def unpacked(self, sent: int) -> int:
        """Bytes that a compressed body of `sent` bytes may have when it is unpacked."""
        return min(self.bytes, max(UNPACKED_ANYWAY, sent * RATIO))
