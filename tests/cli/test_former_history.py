"""A database of the former apps can be started with its contents; one from before their last migrations is
refused.

tests/data/former.sql.xz is the demonstration as version 0.1.0 (a5d4b522) made it, with its original twelve
events; former.json.xz is what that version answered about it (tests/cli/answers.py).
"""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from vardkase.cli.former_history import LAST_VERSION, replace_former_history

DATA = Path(__file__).parents[1] / "data"
KEY = "RC6zMdUl04cm2jXMFZRjs8jR39p6ubP3QfnjrXWX"


NEWER = {
    "analysis.0002_shared_keys": 2,
    "analysis.0003_saved_searches": 1,
    "anonymous_publication.0001_initial": 3,
    "anonymous_publication.0002_organisation": 1,
    "audit.0002_chain": 5,
    "audit.0003_search_path": 0,
    "audit.0004_narrower_functions": 0,
    "audit.0005_removal_by_request": 0,
    "audit.0006_entries_that_stay": 0,
    "audit.0007_guard": 1,
    "audit.0008_held_checkpoints": 2,
    "author_relay.0001_initial": 1,
    "case_files.0001_initial": 2,
    "case_files.0002_hearings": 2,
    "case_files.0003_appeals": 1,
    "case_files.0004_appeal_new_decision": 0,
    "case_files.0005_alter_appeal_exception": 0,
    "case_files.0006_appealed_documents": 0,
    "case_files.0007_document_words": 0,
    "case_files.0008_signaturecheck": 1,
    "content_access.0002_notified_at": 0,
    "core.0002_job_orderer": 0,
    "core.0003_job_origin": 1,
    "core.0004_sent_mail_text": 0,
    "correspondence.0002_service_and_correction": 1,
    "customer_service.0002_request_becomes_case": 0,
    "data_protection.0001_initial": 5,
    "data_protection.0002_breach_records": 0,
    "data_protection.0003_search_in_files": 0,
    "data_protection.0004_outcome_of_each_right": 1,
    "data_protection.0005_search_in_fetches": 0,
    "data_protection.0006_search_in_collections": 0,
    "enrolment.0002_joined_hub_report": 0,
    "exchange.0002_notifications": 3,
    "exchange.0003_fetches": 3,
    "identity.0002_refusal_note_recorded_at": 0,
    "identity.0003_offence_period": 0,
    "identity.0004_former_hash_of_keys": 0,
    "intel.0002_event_arrived": 0,
    "intel.0003_publication_requests": 1,
    "intel.0004_version_audience": 0,
    "intel.0005_report_drafts": 2,
    "intel.0006_undo_points_and_proposal_comments": 3,
    "intel.0007_proposal_decisions": 1,
    "intel.0008_object_undo": 1,
    "intel.0009_search_indexes": 0,
    "intel.0010_publication_request_receivers": 0,
    "intel.0011_last_versions": 0,
    "intel.0012_personal_data_marks": 2,
    "intel.0013_quarantine": 0,
    "intel.0014_offences": 0,
    "intel.0015_offence_index": 0,
    "intel.0016_parts_of_events": 0,
    "intel.0017_personal_data_answers": 2,
    "intel.0018_proposal_times": 0,
    "intel.0019_offence_tags": 0,
    "intel.0020_comments_on_proposals": 0,
    "intel.0021_marks_in_tags_of_attributes": 0,
    "intel.0022_marks_in_tags_of_reports": 0,
    "intel.0023_search_order_indexes": 0,
    "law.0001_initial": 1,
    "membership.0002_offence_permission": 1,
    "office.0001_initial": 5,
    "office.0002_bulk_mail": 1,
    "office.0003_quarterly_report": 1,
    "office.0004_evaluation": 2,
    "office.0005_absence_told_at": 0,
    "office.0006_absence_without_deputy": 0,
    "signatures.0001_initial": 2,
    "backups.0001_initial": 3,
    "backups.0002_openpgp_recipients": 0,
    "membership.0003_restriction_letter": 0,
    "membership.0004_restriction_review": 0,
    "membership.0005_completion_kind": 0,
    "membership.0006_file_signatures": 0,
    "membership.0007_member_conditions": 2,
    "move_in.0001_initial": 3,
    "move_in.0002_former_log": 1,
    "move_in.0003_schema": 0,
    "policy.0002_approval_notify": 0,
    "public_records.0001_initial": 4,
    "public_records.0002_cases": 11,
    "public_records.0003_late_appeals": 0,
    "public_records.0004_one_kind_of_appeal": -1,
    "retention.0001_initial": 4,
    "retention.0002_more_places": 0,
    "retention.0003_decisions_in_force": 0,
    "retention.0004_comments_on_proposals": 0,
    "retention.0005_failures": 0,
    "sealed_links.0001_initial": 3,
    "sealed_links.0002_key_proofs": 0,
    "spills.0001_initial": 2,
    "spills.0002_case_holders": 0,
    "spills.0003_copy_holders": 0,
    "spills.0004_fetching_holders": 0,
}
"""The migrations since the apps were merged, each with the number of added models."""


class FormerDatabase:
    """A separate database on the server of the run."""

    def __init__(self, url: str, folder: Path) -> None:
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "VARDKASE_DATA_DIR": str(folder),
            "VARDKASE_SECRET_KEY": "the-secret-key-of-the-former-history-in-the-tests",
            "VARDKASE_CORRELATION_SECRET": "the-correlation-secret-of-the-former-history",
        }
        self.connection = psycopg.connect(url, autocommit=True)

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def migrate(self) -> subprocess.CompletedProcess[str]:
        return self.run("vardkase.cli.main", "migrate", "--json")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()


@pytest.fixture
def former(tmp_path: Path) -> Iterator[FormerDatabase]:
    url, _, options = os.environ["DATABASE_URL"].partition("?")
    name = f"former_{os.getpid()}"
    server = psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True)
    server.execute(f'CREATE DATABASE "{name}"'.encode())
    database = FormerDatabase(f"{url.rpartition('/')[0]}/{name}?{options}", tmp_path)
    try:
        # It sets an empty search path, for its own session.
        with psycopg.connect(database.environment["DATABASE_URL"], autocommit=True) as loading:
            loading.execute(lzma.decompress((DATA / "former.sql.xz").read_bytes()))
        yield database
    finally:
        database.connection.close()
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
        server.close()


def test_database_of_the_former_apps_starts_with_its_contents(former: FormerDatabase, db: None) -> None:
    counted = "SELECT (SELECT count(*) FROM django_content_type), (SELECT count(*) FROM auth_permission)"
    before = former.rows(counted)
    done = former.migrate()
    assert (done.returncode, json.loads(done.stdout)) == (0, {"applied": len(NEWER)}), done.stderr
    assert former.rows(
        "SELECT app, name FROM django_migrations WHERE app = 'membership' ORDER BY name LIMIT 1"
    ) == [("membership", "0001_initial")]
    # Only new rows were added.
    models = sum(NEWER.values())
    assert former.rows(counted) == [(types + models, rights + 4 * models) for types, rights in before]
    types = "SELECT app_label, model FROM django_content_type ORDER BY app_label, model"
    with connection.cursor() as cursor:
        cursor.execute(types)
        assert former.rows(types) == cursor.fetchall()
    history = "SELECT app, name, applied FROM django_migrations ORDER BY id"
    replaced = former.rows(history)
    assert former.migrate().returncode == 0
    assert former.rows(history) == replaced
    answers = json.loads(former.run("tests.cli.answers", KEY).stdout)
    recorded = json.loads(lzma.decompress((DATA / "former.json.xz").read_bytes()))
    for path, answer in recorded.items():
        assert_holds(answers[path], answer, path)


def test_current_database_is_unchanged(db: None) -> None:
    """The database of the test run, made by the current migrations."""
    assert replace_former_history(connection) is False


def test_older_database_is_refused_unchanged(former: FormerDatabase) -> None:
    former.connection.execute("DELETE FROM django_migrations WHERE name = '0002_sent_to'")
    query = "SELECT * FROM django_migrations ORDER BY id"
    before = former.rows(query)
    done = former.migrate()
    assert done.returncode == 1
    assert LAST_VERSION in done.stderr
    assert former.rows(query) == before


def assert_holds(now: Any, recorded: Any, where: str) -> None:
    """Everything recorded is still returned; later versions may return more."""
    if isinstance(recorded, dict):
        assert recorded.keys() <= now.keys(), where
        for name, value in recorded.items():
            assert_holds(now[name], value, f"{where} {name}")
    elif isinstance(recorded, list):
        assert len(now) == len(recorded), where
        for number, (each, value) in enumerate(zip(now, recorded, strict=True)):
            assert_holds(each, value, f"{where} {number}")
    else:
        assert now == recorded, where
