"""What can go wrong with the embedded server."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError


class DatabaseUnavailable(VardkaseError):
    """The database could not be started or reached; the message says why and what to do."""
