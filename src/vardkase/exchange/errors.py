"""What can go wrong when we turn to others."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError


class OutgoingFailed(VardkaseError):
    """The other side gave no usable answer; the text says what happened, and names no secret."""


class AddressRefused(OutgoingFailed):
    """The address is not one that this hub turns to."""


class Unreachable(OutgoingFailed):
    """The other side could not be reached, or the exchange was cut: another time it may go well."""


class TimedOut(Unreachable):
    """The other side took too long."""


class ReplyTooBig(OutgoingFailed):
    """The answer is longer than we are willing to read."""
