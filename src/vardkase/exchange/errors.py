"""Errors of outgoing connections."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError


class OutgoingFailed(VardkaseError):
    """The other side gave no usable response; its problem says why and contains no secrets."""


class AddressRefused(OutgoingFailed):
    """The hub does not connect to this address."""


class Unreachable(OutgoingFailed):
    """The other side was unreachable or the connection broke: a retry may succeed."""


class TimedOut(Unreachable):
    """The other side took too long."""


class ReplyTooBig(OutgoingFailed):
    pass
