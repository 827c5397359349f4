"""Size limits for request bodies: declared with the endpoint or page, checked before decoding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Self

from django.conf import settings
from django.utils.translation import gettext_noop

from vardkase.core.addresses import counted_as

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE

LARGE = 4 * MEBIBYTE
"""Bytes from which a body is a document, which the gateway reads in a lane of its own."""

UNPACKED_ANYWAY = MEBIBYTE
"""Bytes that every compressed body may have unpacked."""
RATIO = 25
"""How many times its size a compressed body may have unpacked beyond that. Events become 4 to 6 times smaller."""


class BodyLimits(Enum):
    """The maximum size of a body, as sent and as unpacked."""

    PUBLIC = 64 * KIBIBYTE
    """For unauthenticated callers, and for every request until its sender is known."""
    DRAFT = 2 * MEBIBYTE
    """What is submitted anonymously: it is never written into a file while it is received."""
    QUERY = 8 * MEBIBYTE
    """The default: searches, forms, single objects."""
    FILES = 32 * MEBIBYTE
    """Forms with evidence, envelopes of TAXII."""
    DOCUMENT = 512 * MEBIBYTE
    """Events, files and lists that are uploaded."""

    @property
    def bytes(self) -> int:
        return min(self.value, settings.VARDKASE_MAX_BODY)

    def unpacked(self, sent: int) -> int:
        return min(self.bytes, max(UNPACKED_ANYWAY, sent * RATIO))


@dataclass(frozen=True, slots=True)
class Sender:
    """The senders that a body is counted for: names, each with its share of what a web process may hold."""

    shares: dict[str, float]

    @classmethod
    def organisation(cls, org_id: int | None) -> Self:
        return cls({f"organisation {org_id}": 1 / 2})

    @classmethod
    def visitor(cls, address: str | None) -> Self:
        """A client without an account, counted by address and together with all other visitors."""
        return cls({f"address {counted_as(address)}": 1 / 16, "visitors": 1 / 2})


@dataclass(frozen=True, slots=True)
class WantedBody:
    """The response of an endpoint or page before the body is read: how much it accepts, and from whom."""

    limits: BodyLimits
    sender: Sender


NO_ROOM = gettext_noop("The hub is receiving too many large requests at the moment. Try again in a minute.")
RETRY_AFTER = "60"
"""Seconds until a refused body may be sent again, as the header has them."""
