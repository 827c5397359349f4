"""The PostgreSQL server of a test run: DATABASE_URL when it is set, else an embedded one without fsync."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from vardkase.core.database import EmbeddedPostgres, embedded_url

_server: EmbeddedPostgres | None = None
_folder: Path | None = None


def bootstrap() -> None:
    """Start what is not running yet, and tell Django by environment variables, which workers inherit."""
    global _folder, _server  # noqa: PLW0603 - one per process by design
    os.environ["DJANGO_SETTINGS_MODULE"] = "vardkase.config.settings"
    # Playwright runs an event loop in the test's thread, where Django would refuse its synchronous ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if "VARDKASE_TEST_RUN" in os.environ:
        return
    os.environ["VARDKASE_TEST_RUN"] = str(os.getpid())
    _folder = Path(tempfile.mkdtemp(prefix="vardkase-test-"))
    _folder.chmod(0o755)  # As root the server runs under another account, which has to get in.
    os.environ["VARDKASE_DATA_DIR"] = str(_folder)
    if not os.environ.get("DATABASE_URL"):
        _server = EmbeddedPostgres(_folder, durable=False).start()
        os.environ["DATABASE_URL"] = embedded_url(_folder)


def stop() -> None:
    """Undo `bootstrap`, in the process that started the server."""
    if _server is not None:
        _server.stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def empty() -> None:
    """Empty every table, once those who still write are through.

    As Django's `flush`, in a fortieth of its time: to delete a few rows is quicker than to truncate 130 tables, and
    what Django keeps in two of them for itself stays.
    """
    every = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [f'"{name}"' for name in every if name not in OF_DJANGO]
    connection.ensure_connection()
    connection.connection.execute(
        f"BEGIN; LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE;"
        # No trigger, so no foreign key, and nothing that forbids to delete.
        "SET LOCAL session_replication_role = replica;"
        f"{''.join(f'DELETE FROM {table};' for table in tables)} COMMIT"
    )


OF_DJANGO = ("django_content_type", "auth_permission")


def url_of(user: str, host: str, name: str, password: str = "", port: str = "") -> str:
    """A DATABASE_URL; `host` may be the folder of a socket."""
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    where = "" if host.startswith("/") else f"{host}{f':{port}' if port else ''}"
    query = f"?host={quote(host, safe='')}" if host.startswith("/") else ""
    return f"postgresql://{who}@{where}/{quote(name, safe='')}{query}"
