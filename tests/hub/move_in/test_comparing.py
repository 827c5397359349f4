"""`vardkase move-in compare`, and a MISP that accepts plain keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.factories.misp_dump import written
from tests.factories.staged_misp import attribute_row, event_row
from tests.hub.move_in import misp
from tests.hub.move_in.command import move_in
from tests.hub.move_in.test_people import ask
from vardkase.cli.main import commands
from vardkase.hub.move_in import staging
from vardkase.hub.move_in.models import Move
from vardkase.identity.accounts.models import AuthKey

pytestmark = pytest.mark.usefixtures("only_people")


def test_comparison_with_a_dump_is_signed_and_tells_by_its_status(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    move_in(tmp_path, tables)
    report = tmp_path / "comparison.json"
    given = ["move-in", "compare", "--report", str(report), "--dump"]
    same = CliRunner().invoke(commands, [*given, str(written(tmp_path / "same.sql", tables))])
    assert (same.exit_code, same.stdout.splitlines()[0]) == (
        0,
        "Compared with same.sql: 0 of 0 events are equal",
    )

    tables["events"] = [event_row(300, 1)]
    tables["attributes"] = [attribute_row(1001, 300, "missing.example")]
    other = CliRunner().invoke(commands, [*given, str(written(tmp_path / "other.sql", tables)), "--json"])
    told = json.loads(other.stdout)
    assert (other.exit_code, told["equal"], told["counts"]["Event"], told["counts"]["accounts"]) == (
        1, 0, [1, 0], [7, 6]
    )  # fmt: skip
    assert {(each["kind"], each["missing"]) for each in told["differences"]} == {
        ("Event", True),
        ("Attribute", True),
    }
    assert not staging.is_filled(), "hashes and keys do not stay behind"
    assert CliRunner().invoke(commands, ["move-in", "report", str(report)]).exit_code == 0
    report.write_text(json.dumps(told | {"differing": 0}))
    assert CliRunner().invoke(commands, ["move-in", "report", str(report)]).exit_code == 1

    Move.objects.create(started_by="tester")
    refused = CliRunner().invoke(commands, [*given, str(tmp_path / "same.sql")])
    assert "under way" in str(refused.exception)
    assert CliRunner().invoke(commands, ["move-in", "compare"]).exit_code == 2


def test_plain_keys_work_where_misp_accepts_them(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    file = tmp_path / "plain.json"
    file.write_text(json.dumps({"Security": {"advanced_authkeys": False}, "MISP": {"host_org_id": 1}}))
    report = move_in(tmp_path, tables, "--settings", str(file))
    left_out = {entry["kind"]: entry["count"] for entry in report["left_out"]}
    assert left_out["hashed keys"] == len(misp.KEYS)
    plain = {user["id"]: user["authkey"] for user in tables["users"]}
    assert ask(plain[8]).json()["User"]["id"] == "8"
    assert ask(plain[15]).status_code == 403, "disabled"
    assert ask(misp.KEYS[1]).status_code == 403

    # Reset in MISP: the former one stops working; one that was revoked here stays so.
    by_number = {user["id"]: user for user in tables["users"]}
    by_number[8] |= {"authkey": "NewPlainKey" + "0" * 28 + "8"}
    AuthKey.objects.filter(user_id=18).delete()
    move_in(tmp_path, tables, "--settings", str(file))
    assert (ask(plain[8]).status_code, ask(by_number[8]["authkey"]).status_code) == (403, 200)
    assert ask(plain[18]).status_code == 403
