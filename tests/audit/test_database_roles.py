"""Two roles in the database: whatever the hub's role left there, the owner's next start does not serve it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.support.database import TEMPLATE
from vardkase.audit.tables import APPEND_ONLY
from vardkase.core.database.cluster import read_postmaster
from vardkase.core.database.layout import HUB_ROLE, ROLE, Layout

# As a function of the owner's own schema it would be found before PostgreSQL's, whose argument is a bigint.
TRAP = """
CREATE SCHEMA vardkase; GRANT USAGE ON SCHEMA vardkase TO PUBLIC;
CREATE FUNCTION vardkase.pg_advisory_lock(integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('is_superuser') = 'on' THEN ALTER ROLE vardkase_hub SUPERUSER; END IF;
END $$;
CREATE TABLE vardkase.audit_entry (id bigint);
"""
RIGHTS = """
SELECT c.relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)
AND has_table_privilege(%s, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')
"""


@dataclass
class Database:
    name: str
    folder: Path

    def url(self, role: str) -> str:
        before, _, options = os.environ["DATABASE_URL"].partition("?")
        return f"{before.rpartition('/')[0].replace(ROLE + '@', role + '@')}/{self.name}?{options}"

    def connect(self, role: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url(role), autocommit=True)

    def run(self, *command: str, hub: str = HUB_ROLE, owner: str = ROLE) -> str:
        environment = os.environ | {
            "DATABASE_URL": self.url(hub),
            "DATABASE_OWNER_URL": self.url(owner),
            "VARDKASE_DATA_DIR": str(self.folder),
        }
        done = subprocess.run(
            [sys.executable, "-m", "vardkase.cli.main", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    if TEMPLATE not in os.environ:
        pytest.skip("takes the run's own server")
    made = Database(f"roles_{os.getpid()}", tmp_path)
    server = psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)
    server.execute(f"CREATE DATABASE {made.name} TEMPLATE {os.environ[TEMPLATE]}".encode())
    try:
        yield made
    finally:
        server.execute(f"DROP DATABASE {made.name} WITH (FORCE)".encode())
        server.execute(f"ALTER ROLE {HUB_ROLE} NOSUPERUSER".encode())
        server.close()


def test_schema_of_the_hubs_role_traps_no_owner(database: Database) -> None:
    with database.connect(ROLE) as owner, database.connect(HUB_ROLE) as hub:
        # As earlier versions left it.
        owner.execute(f"GRANT CREATE ON DATABASE {database.name} TO {HUB_ROLE}".encode())
        hub.execute(TRAP.encode())
        owner.execute(f"GRANT UPDATE, DELETE ON public.audit_entry TO {HUB_ROLE}".encode())
        assert "applied" in database.run("migrate", "--json")
        found = owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [HUB_ROLE]).fetchall()
        assert found == [(False,)]
        assert owner.execute(RIGHTS, [list(APPEND_ONLY), HUB_ROLE]).fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hub.execute("CREATE SCHEMA another")
    said = database.run("check")
    assert "has made the schema vardkase" in said
    assert "DATABASE_OWNER_URL" not in said


@pytest.mark.long
def test_own_server_is_migrated_by_an_owner_without_other_rights(database: Database) -> None:
    # The set-up of docs/audit-log.md: an owner who is no superuser, and an empty database.
    folder = Layout(Path(os.environ["VARDKASE_DATA_DIR"])).cluster
    assert read_postmaster(folder) is not None
    access = folder / "pg_hba.conf"
    owner, hub = f"{database.name}_owner", f"{database.name}_hub"
    before = access.read_text()
    with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE {database.name}".encode())
        server.execute(f"CREATE ROLE {owner} LOGIN; CREATE ROLE {hub} LOGIN".encode())
        server.execute(f"CREATE DATABASE {database.name} OWNER {owner}".encode())
        access.write_text(f"local {database.name} {owner},{hub} trust\n{before}")
        try:
            server.execute("SELECT pg_reload_conf()")
            assert "applied" in database.run("migrate", "--json", hub=hub, owner=owner)
            assert "email" in database.run("init", hub=hub, owner=owner)
            said = database.run("check", hub=hub, owner=owner)
            assert "DATABASE_OWNER_URL" not in said
            database.run("audit", "checkpoint", hub=hub, owner=owner)
            assert '"intact": true' in database.run("audit", "verify", "--json", hub=hub, owner=owner)
            with database.connect(hub) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute("UPDATE audit_entry SET title = ''")
        finally:
            access.write_text(before)
            server.execute("SELECT pg_reload_conf()")
            server.execute(f"DROP DATABASE {database.name} WITH (FORCE)".encode())
            server.execute(f"DROP ROLE {owner}; DROP ROLE {hub}".encode())
            server.execute(f"CREATE DATABASE {database.name}".encode())
