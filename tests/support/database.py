"""The PostgreSQL server of a test run: DATABASE_URL when set, otherwise an embedded one without fsync.

In the embedded one each worker's database is a copy of an already migrated one; otherwise each is migrated.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg._preparing import PrepareManager

from tests.support.folders import RUN_FOLDER, run_folder
from tests.support.prepared import copy_prepared
from vardkase.core.database import EmbeddedPostgres, embedded_url
from vardkase.core.database.layout import ROLE

_server: EmbeddedPostgres | None = None
_folder: Path | None = None

TEMPLATE = "VARDKASE_TEST_TEMPLATE"
"""The variable that names the migrated database."""


def bootstrap() -> None:
    """Start what is not running yet, and pass it to Django in environment variables, which workers inherit."""
    global _folder, _server  # noqa: PLW0603 - one per process by design
    os.environ["DJANGO_SETTINGS_MODULE"] = "vardkase.config.settings"
    # Playwright runs an event loop in the test's thread, where Django would refuse its synchronous ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if RUN_FOLDER in os.environ:
        return
    _folder = run_folder()
    _folder.chmod(0o755)  # As root the database server runs as another account, which needs access.
    data = _folder / "data"
    data.mkdir()
    os.environ[RUN_FOLDER], os.environ["VARDKASE_DATA_DIR"] = str(_folder), str(data)
    if not os.environ.get("DATABASE_URL"):
        copy_prepared(data)
        _server = EmbeddedPostgres(data, durable=False).start()
        # As the owner: databases are made and emptied. Hubs that a test starts work as the hub's role.
        os.environ["DATABASE_URL"] = embedded_url(data, ROLE)
        os.environ[TEMPLATE] = _set_aside()


def keep_prepared_statements() -> None:
    """Let a connection keep what it has prepared when a transaction is rolled back, as each test's is.

    Psycopg forgets it then, in case tables were made anew: planning again took more time than all else in PostgreSQL.
    """
    PrepareManager.clear = _keep  # type: ignore[method-assign]
    PrepareManager.prepared_max = 2_000


def _keep(_manager: PrepareManager) -> bool:
    return False


def _set_aside() -> str:
    """Rename the migrated database to a template without connections; returns its name."""
    with psycopg.connect(f"{os.environ['DATABASE_URL']}&dbname=postgres", autocommit=True) as connection:
        connection.execute("ALTER DATABASE vardkase RENAME TO prepared")
        connection.execute("CREATE DATABASE vardkase")
    return "prepared"


def copy_template(template: str) -> None:
    """Make this process's test database of the migrated one, and connect Django to it."""
    creation = connection.creation
    connection.settings_dict["TEST"]["TEMPLATE"] = template
    name = creation._get_test_db_name()
    creation._create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    connection.settings_dict["NAME"] = name


def stop() -> None:
    """Undo `bootstrap`, in the process that started the server."""
    if _server is not None:
        _server.stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def url_of(user: str, host: str, name: str, password: str = "", port: str = "") -> str:
    """A DATABASE_URL; `host` may be a socket's folder."""
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    where = "" if host.startswith("/") else f"{host}{f':{port}' if port else ''}"
    query = f"?host={quote(host, safe='')}" if host.startswith("/") else ""
    return f"postgresql://{who}@{where}/{quote(name, safe='')}{query}"
