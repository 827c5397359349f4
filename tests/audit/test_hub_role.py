"""The hub's role in the database only appends to the audit log, and adds no proof without the hub's own secret."""

from __future__ import annotations

import importlib

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.audit.test_tampering import sql, write
from tests.factories.removals import SPILL, approve_removals
from tests.factories.seed import Seed
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.guard import prove_hub, provide_secret
from vardkase.audit.chain.installed import altered
from vardkase.audit.chain.models import AuditCheckpoint, AuditGuard
from vardkase.audit.chain.sealing import Sealer
from vardkase.audit.models import AuditEntry
from vardkase.audit.redaction import redaction
from vardkase.audit.tables import APPEND_ONLY, FUNCTIONS
from vardkase.core.database.layout import HUB_ROLE
from vardkase.core.database.roles import READ_ONLY, grant_to_hub, rewritable
from vardkase.core.sql import cursor
from vardkase.hub.audit_log.state import audit_log_findings, last_findings, verify_nightly
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.source.dump import Table
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def refuse_sql(statement: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        connection.cursor().execute(statement)


def test_hub_role_can_only_append(seed: Seed) -> None:
    with connection.cursor() as executor:
        executor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [HUB_ROLE])
        if not executor.fetchone():
            pytest.skip("an external database without the two roles")
    write(1)
    close_log()
    grant_to_hub(HUB_ROLE, APPEND_ONLY, FUNCTIONS)
    provide_secret()
    approve_removals(seed)
    assert rewritable(APPEND_ONLY) == sorted(APPEND_ONLY)  # The owner, as tests are.
    sql(f"SET LOCAL SESSION AUTHORIZATION {HUB_ROLE}")
    assert rewritable(APPEND_ONLY) == []
    for table in APPEND_ONLY:
        for statement in (
            f"UPDATE {table} SET id = 0" if table != "audit_link" else "UPDATE audit_link SET nonce = NULL",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                connection.cursor().execute(statement)
    refuse_sql("SELECT audit_remove(1)", "permission denied")
    refuse_sql("SELECT * FROM audit_private.secret", "permission denied")
    refuse_sql("SELECT audit_is_hub()", "permission denied")
    write(2)
    # Nor does the role alone add anything to the proof, whether it fits or not, or take content away.
    empty = redaction("title = 'Åtgärd 1'", title="''", removed=f"'{SPILL}'")
    link = "SELECT max(position) + 1, (SELECT max(id) FROM audit_entry), '', '' FROM audit_link"
    link = f"INSERT INTO audit_link (position, entry_id, content, digest) {link}"
    for statement in (
        link,
        "INSERT INTO audit_key (fingerprint, public_key, encrypted_key, created) VALUES ('x', 'x', '', now())",
        "UPDATE audit_key SET encrypted_key = ''",
        "DELETE FROM audit_key",
        "INSERT INTO audit_guard (encrypted) VALUES ('x')",
        f"SELECT set_config('vardkase.audit_proof', '{'0' * 64}', true); {link}",
    ):
        refuse_sql(statement, "only the hub itself writes")
    refuse_sql(empty, "only the hub itself removes")
    assert Sealer().seal() == 2
    refuse_sql(f"SET LOCAL vardkase.audit_proof = ''; {link}", "only the hub itself writes")
    assert AuditCheckpoint.objects.count() == 1
    assert close_log() is not None
    # The hub itself removes content only through the function, and for what two people have approved.
    prove_hub()
    for mark in ("S-2027-00001", "R-2", "R-1, R-2", "[retention, 2026-11-30, R-7]"):
        refuse_sql(
            redaction("title = 'Åtgärd 1'", title="''", removed=f"'{mark}'"), "nothing that two persons"
        )
    refuse_sql(redaction("title = 'Åtgärd 1'", title="'2026-00013'"), "takes no such text")
    cursor().execute(empty)
    assert AuditEntry.objects.latest("pk").action == "audit.redacted"
    ApprovalRequest.objects.filter(action="delete_spill").delete()
    refuse_sql(empty, "nothing that two persons")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT setval('audit_entry_id_seq', 1, false)")
    for position, entry in ((2**62, "(SELECT max(id) FROM audit_entry)"), (4, "-1")):
        with pytest.raises(DatabaseError, match="only grows at its end"), transaction.atomic():
            connection.cursor().execute(
                "INSERT INTO audit_link (position, entry_id, content, digest) "
                f"VALUES ({position}, {entry}, '', '')"
            )
    # Nothing can stand in for what functions of the owner call; the tables of a move have a place of their own.
    for statement in ("CREATE SCHEMA mine", "CREATE TABLE public.mine ()", "DROP SCHEMA move_in"):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            connection.cursor().execute(statement)
    staging.fill(Table(name, list(columns), ()) for name, columns in staging.known_tables().items())
    assert cursor().execute("SELECT to_regclass('move_in.events')").fetchone() != (None,)
    staging.drop()
    assert cursor().execute("SELECT to_regclass('move_in.events')").fetchone() == (None,)
    # Nor does it let the owner run an earlier migration again.
    for statement in (
        "DELETE FROM django_migrations",
        "UPDATE django_migrations SET app = 'x'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999_later', now())",
        "TRUNCATE django_migrations",
    ):
        refuse_sql(statement, "permission denied")
    assert rewritable(READ_ONLY) == []
    sql("RESET SESSION AUTHORIZATION")
    provide_secret()  # It is there already.
    assert AuditGuard.objects.get().pk == AuditGuard.objects.order_by("pk")[0].pk
    AuditGuard.objects.update(encrypted="lost")
    provide_secret()
    prove_hub()
    unsafe = (
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp']"
    )
    assert cursor().execute(unsafe).fetchall() == []


def test_altered_guard_is_reported(seed: Seed) -> None:
    assert altered() == []
    sql(importlib.import_module("vardkase.audit.migrations.0006_entries_that_stay").REDACT)
    sql("ALTER TABLE audit_key DISABLE TRIGGER audit_written_by_hub; ALTER FUNCTION audit_is_hub() RESET ALL")
    assert altered() == ["audit_is_hub", "audit_redact", "audit_written_by_hub (audit_key)"]
    assert {said.wire for _name, said, _what in audit_log_findings()} >= {
        "audit_redact, which guards the audit log in the database, is not the one that this version installs."
    }
    verify_nightly()
    assert "audit_redact" in str(last_findings()[1])
