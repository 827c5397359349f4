"""Errors of stream receivers: an error code explained on pages, and the technical message."""

from __future__ import annotations

from enum import StrEnum

from vardkase.core.problems import Problem
from vardkase.exchange.errors import AddressRefused, OutgoingFailed, TimedOut


class StreamFault(StrEnum):
    """Errors that an administrator of the hub can fix."""

    UNREACHABLE = "unreachable"
    ADDRESS = "address"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    CREDENTIALS = "credentials"
    GONE = "gone"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    PORT = "port"
    OURS = "ours"


class NotTaken(OutgoingFailed):
    """The receiver responded but did not accept the message."""

    def __init__(self, fault: StreamFault, problem: Problem) -> None:
        self.fault = fault
        super().__init__(problem)


def fault_of(error: OutgoingFailed) -> StreamFault:
    match error:
        case NotTaken():
            return error.fault
        case AddressRefused():
            return StreamFault.ADDRESS
        case TimedOut():
            return StreamFault.TIMEOUT
        case _:
            return StreamFault.UNREACHABLE
