"""Errors of stream receivers: an error code explained on pages, and the technical message."""

from __future__ import annotations

from enum import StrEnum

from vardkase.exchange.errors import AddressRefused, OutgoingFailed, TimedOut


class Fault(StrEnum):
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

    def __init__(self, fault: Fault, text: str) -> None:
        self.fault = fault
        super().__init__(text)


def fault_of(error: OutgoingFailed) -> Fault:
    match error:
        case NotTaken():
            return error.fault
        case AddressRefused():
            return Fault.ADDRESS
        case TimedOut():
            return Fault.TIMEOUT
        case _:
            return Fault.UNREACHABLE
