"""The commands, run as by a script."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.folders import open_folder
from tests.support.prepared import copy_prepared
from tests.support.processes import without_database_url
from vardkase.cli.main import commands

COMMANDS = (
    *(
        "init",
        "serve",
        "migrate",
        "createuser",
        "import",
        "export",
        "worker",
        "check",
        "doctor",
        "remove",
        "version",
    ),
    *(
        "key issue",
        "key list",
        "key revoke",
        "knowledge update",
        "policy show",
        "policy try",
        "policy export",
    ),
)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vardkase.cli.main", *arguments],
        env={**without_database_url(), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def data_dir() -> Path:
    return open_folder()


def test_help_lists_every_command() -> None:
    said = CliRunner().invoke(commands, ["--help"]).stdout
    assert all(command.split()[0] in said for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    answer = CliRunner().invoke(commands, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.stdout


def test_wrong_usage_exits_with_2() -> None:
    for arguments in (["serve", "--port", "many"], ["no-such-command"]):
        assert CliRunner().invoke(commands, arguments).exit_code == 2


def test_version_as_json() -> None:
    versions = json.loads(CliRunner().invoke(commands, ["version", "--json"]).stdout)
    assert versions["vardkase"]
    assert versions["django"].startswith("6.1")


def test_init_prints_one_json_object_and_is_idempotent(data_dir: Path) -> None:
    copy_prepared(data_dir)
    assert {path.name for path in data_dir.iterdir()} == {"database", "pg"}, (
        "keys and secrets are each hub's own"
    )
    first = run("init", "--data-dir", str(data_dir), "--json", "--no-knowledge")
    made = json.loads(first.stdout)
    assert made["email"] == "admin@admin.test"
    assert made["password"]
    assert len(made["key"]) == 40
    again = run("init", "--data-dir", str(data_dir), "--json", "--no-knowledge")
    assert json.loads(again.stdout) == {"email": None, "password": None, "key": None}
    assert "key issue" in again.stderr
    assert json.loads(run("migrate", "--data-dir", str(data_dir), "--json").stdout) == {"applied": 0}


def test_invalid_environment_variable_is_named(data_dir: Path) -> None:
    answer = run("migrate", "--data-dir", str(data_dir), VARDKASE_REQUIRE_SECOND_FACTOR="perhaps")
    assert answer.returncode == 1
    assert "VARDKASE_REQUIRE_SECOND_FACTOR" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_unreachable_database_is_reported_in_one_sentence(data_dir: Path) -> None:
    answer = run("migrate", "--data-dir", str(data_dir), DATABASE_URL="postgresql://u:hemligt@127.0.0.1:1/x")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "hemligt" not in answer.stderr
    assert len(answer.stderr) < 500
