"""The way of the web processes to an external database: PgBouncer, which lends a session for each transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from vardkase.core.database.connection import POOLED, pooled_settings

DIRECT = "DIRECT"
"""Of a pooled connection's settings: those of the database itself."""


def use_pool() -> None:
    """Let the connections that this process opens from now on go through DATABASE_POOL_URL, if it is set."""
    pooled = pooled_settings()
    if pooled is None:
        return
    # The same dictionary serves every thread.
    settings: dict[str, Any] = connections.settings[DEFAULT_DB_ALIAS]
    direct = dict(settings)
    settings.update(pooled | {"OPTIONS": direct["OPTIONS"] | pooled["OPTIONS"], DIRECT: direct})


def is_pooled(settings: dict[str, Any]) -> bool:
    return bool(settings.get(POOLED))


def dedicated(name: str, seconds: int) -> str:
    # PgBouncer's name of a pool, as in deploy/cluster/pgbouncer.ini.
    return f"{name}_{seconds}s" if seconds else name


@contextmanager
def own_session() -> Iterator[None]:
    """Give the block one session of the database, for what outlives a transaction: temporary tables, SET.

    Elsewhere than behind a pool, and within a transaction, it has one anyway.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    pooled = connection.settings_dict
    if not is_pooled(pooled) or connection.in_atomic_block:
        yield
        return
    connection.close()
    connection.settings_dict = pooled[DIRECT]
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = pooled
