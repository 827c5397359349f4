"""What can be wrong with a receiver: as a word that pages explain, and in the machines' own words."""

from __future__ import annotations

from enum import StrEnum

from vardkase.exchange.errors import AddressRefused, OutgoingFailed, TimedOut


class Fault(StrEnum):
    """What the person who runs the hub can do something about."""

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
    """The receiver answered, and did not take the message."""

    def __init__(self, fault: Fault, text: str) -> None:
        self.fault = fault
        super().__init__(text)


def fault_of(error: OutgoingFailed) -> Fault:
    """The word for what went wrong."""
    match error:
        case NotTaken():
            return error.fault
        case AddressRefused():
            return Fault.ADDRESS
        case TimedOut():
            return Fault.TIMEOUT
        case _:
            return Fault.UNREACHABLE
