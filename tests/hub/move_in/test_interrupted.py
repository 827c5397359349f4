"""A move that was interrupted goes on, and one that may not be made is refused."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.factories.misp_dump import dump
from tests.factories.seed import Seed
from tests.hub.move_in import misp
from tests.hub.move_in.command import move_in
from vardkase.core.errors import Conflict
from vardkase.core.settings.models import SettingValue
from vardkase.hub.move_in import running
from vardkase.hub.move_in.models import Move, MoveStep
from vardkase.hub.move_in.people import PEOPLE_STEPS
from vardkase.hub.move_in.queries import require_none_half_done
from vardkase.hub.move_in.surroundings import SURROUNDING_STEPS
from vardkase.hub.move_in.surroundings.settings import MAIL_STEP, NO_MAIL
from vardkase.hub.move_in.taking import Step, Taking
from vardkase.identity.accounts.models import AuthKey, User

pytestmark = pytest.mark.usefixtures("only_people")


def test_interrupted_run_goes_on_and_hub_waits_for_it(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Taking) -> None:
        connection.cursor().execute("SELECT 1/0")

    steps: tuple[Step, ...] = (MAIL_STEP, *PEOPLE_STEPS, *SURROUNDING_STEPS)
    monkeypatch.setattr(running, "STEPS", (*steps[:4], Step("broken", (), fail), *steps[4:]))
    tables = misp.tables()
    stopped = move_in(tmp_path, tables, code=1)
    assert "broken" in str(stopped.exception)
    assert (User.objects.count(), AuthKey.objects.count()) == (6, 0)
    with pytest.raises(Conflict):
        require_none_half_done()
    assert SettingValue.objects.get(name=NO_MAIL).value is True
    # A power cut empties the staging tables: they are filled again, and the steps that are done stay done.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE move_in.users, move_in.auth_keys, move_in.servers, move_in.admin_settings")
    monkeypatch.setattr(running, "STEPS", steps)
    other = tmp_path / "other.json"
    other.write_text('{"config.php": {"MISP": {"host_org_id": 1}, "Security": {"advanced_authkeys": false}}}')
    refused = move_in(tmp_path, tables, "--settings", str(other), code=1)
    assert "another MISP" in str(refused.exception), "which would decide of which keys are taken"
    User.objects.filter(pk=8).update(nids_sid=7)
    begun = MoveStep.objects.values_list("pk", flat=True)
    done = set(begun)
    report = move_in(tmp_path, tables)
    assert (report["taken"]["keys"], report["taken"]["servers"]) == (5, 1)
    assert User.objects.get(pk=8).nids_sid == 7, "the step was not run again"
    assert done < set(begun.all())
    require_none_half_done()


def test_dump_without_tables_of_the_last_one_is_refused(db: None, tmp_path: Path) -> None:
    move_in(tmp_path, misp.tables())
    whole = dump(misp.tables())
    begin = whole.index(b"CREATE TABLE `auth_keys`")
    partly = tmp_path / "partly.sql"
    partly.write_bytes(whole[:begin] + whole[whole.index(b"CREATE TABLE", begin + 1) :])
    refused = move_in(tmp_path, misp.tables(), "--dump", str(partly), code=1)
    assert "auth_keys" in str(refused.exception)
    assert AuthKey.objects.count() == 5


def test_only_one_run_at_a_time(db: None, tmp_path: Path) -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (running.ONE_AT_A_TIME,))
        refused = move_in(tmp_path, misp.tables(), code=1)
    assert "under way" in str(refused.exception)
    assert not Move.objects.exists()


def test_hub_in_use_is_not_moved_into(seed: Seed, tmp_path: Path) -> None:
    refused = move_in(tmp_path, misp.tables(), code=1)
    assert "already has accounts" in str(refused.exception)
