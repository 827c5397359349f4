"""The database connection, and the bundled PostgreSQL server.

Importable without a configured Django: settings.py asks `connection_settings` where the database is.
"""

from vardkase.core.database.connection import (
    connection_settings,
    data_directory,
    embedded_url,
    owner_settings,
    pooled_settings,
    replica_settings,
    uses_external_database,
)
from vardkase.core.database.processes import die_with_parent
from vardkase.core.database.server import EmbeddedPostgres, join_or_start
from vardkase.core.database.unavailable import DatabaseUnavailable

__all__ = [
    "DatabaseUnavailable",
    "EmbeddedPostgres",
    "connection_settings",
    "data_directory",
    "die_with_parent",
    "embedded_url",
    "join_or_start",
    "owner_settings",
    "pooled_settings",
    "replica_settings",
    "uses_external_database",
]
