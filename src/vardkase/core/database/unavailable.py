"""Errors of the embedded PostgreSQL server."""

from __future__ import annotations


class DatabaseUnavailable(Exception):
    """The server cannot be started or reached. In English: it is raised before there are settings to translate by."""
