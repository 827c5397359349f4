"""Errors of the embedded PostgreSQL server."""

from __future__ import annotations

from vardkase.core.errors import VardkaseError


class DatabaseUnavailable(VardkaseError):
    pass
