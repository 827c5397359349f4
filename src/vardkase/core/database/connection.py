"""Database location: an external PostgreSQL (`DATABASE_URL`) or the embedded one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

import vardkase
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.layout import DATABASE, HUB_ROLE, PORT, ROLE, Layout
from vardkase.core.database.unavailable import DatabaseUnavailable

OWNER_OPTIONS = "-c search_path=public"
"""By default PostgreSQL looks first into a schema named like the role: whoever could make one would have functions of
theirs run as the owner."""
DATA_DIR_VARIABLE = "VARDKASE_DATA_DIR"
ENGINE = "vardkase.core.database.postgresql"
URL_VARIABLE = "DATABASE_URL"
REPLICA_URL_VARIABLE = "DATABASE_REPLICA_URL"
OWNER_URL_VARIABLE = "DATABASE_OWNER_URL"
"""An external database's owner, who migrates it; without it, the role of DATABASE_URL does."""
POOL_URL_VARIABLE = "DATABASE_POOL_URL"
"""The same database behind PgBouncer with transaction pooling, for the web processes."""
POOLED = "DISABLE_SERVER_SIDE_CURSORS"
"""Django's own setting: each transaction may run in another session of the server."""


def connection_settings(data_dir: Path | None = None) -> dict[str, Any]:
    """ENGINE, NAME, USER, PASSWORD, HOST, PORT and OPTIONS for Django's DATABASES.

    `data_dir` (default `data_directory()`) is that of the embedded server. Nothing is started or connected.
    Raises DatabaseUnavailable if DATABASE_URL is not a PostgreSQL address.
    """
    if url := os.environ.get(URL_VARIABLE):
        return _from_url(url)
    return embedded_settings(data_dir or data_directory())


def owner_settings(data_dir: Path | None = None) -> dict[str, Any] | None:
    """Like `connection_settings`, for the owner of the tables; None if the hub's own role has to do."""
    if os.environ.get(URL_VARIABLE):
        url = os.environ.get(OWNER_URL_VARIABLE)
        return _for_owner(_from_url(url, OWNER_URL_VARIABLE)) if url else None
    return embedded_owner_settings(data_dir or data_directory())


def pooled_settings() -> dict[str, Any] | None:
    url = os.environ.get(POOL_URL_VARIABLE)
    return _from_url(url, POOL_URL_VARIABLE) | {POOLED: True} if url and uses_external_database() else None


def embedded_owner_settings(data_dir: Path) -> dict[str, Any]:
    """As `owner_settings`, whatever DATABASE_URL says."""
    return _for_owner(embedded_settings(data_dir, ROLE))


def replica_settings() -> dict[str, Any] | None:
    """Like `connection_settings`, for a replica that may be read from; None without one."""
    url = os.environ.get(REPLICA_URL_VARIABLE)
    return _from_url(url, REPLICA_URL_VARIABLE) if url else None


def uses_external_database() -> bool:
    return bool(os.environ.get(URL_VARIABLE))


def data_directory() -> Path:
    if chosen := os.environ.get(DATA_DIR_VARIABLE):
        return Path(chosen).expanduser().absolute()
    root = Path(vardkase.__file__).parents[2]
    # Installed as a package, the code lies in a virtual environment, which is no place for data.
    return (root if (root / "pyproject.toml").exists() else Path.cwd()) / ".data"


def embedded_url(data_dir: Path, role: str = HUB_ROLE) -> str:
    """The running embedded server as a DATABASE_URL, for children that must not start their own."""
    settings = embedded_settings(data_dir, role)
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={quote(settings['HOST'], safe='')}"


def embedded_settings(data_dir: Path, role: str = HUB_ROLE) -> dict[str, Any]:
    """As `connection_settings`, whatever DATABASE_URL says."""
    postmaster = read_postmaster(Layout(data_dir).cluster)
    host = postmaster.socket_directory if postmaster else ""
    return {
        "ENGINE": ENGINE,
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": "",
        # Before the server runs there is no socket; a folder that is not one gives a clear error from libpq.
        "HOST": host or str(Layout(data_dir).home),
        "PORT": str(PORT),
        "OPTIONS": {},
    }


def _for_owner(settings: dict[str, Any]) -> dict[str, Any]:
    given = settings["OPTIONS"].get("options", "")
    return settings | {"OPTIONS": settings["OPTIONS"] | {"options": f"{given} {OWNER_OPTIONS}".strip()}}


def _from_url(url: str, variable: str = URL_VARIABLE) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
        # The value may hold a password: it is not repeated.
        raise DatabaseUnavailable(f"{variable} must look like postgresql://user:password@host:5432/name")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": ENGINE,
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # The folder of a socket cannot be the host of a URL, so libpq takes it as a parameter.
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": _port(parts, variable) or options.pop("port", ""),
        "OPTIONS": options,
    }


def _port(parts: SplitResult, variable: str) -> str:
    try:
        return str(parts.port or "")
    except ValueError:
        raise DatabaseUnavailable(f"{variable} has a port that is no number") from None
