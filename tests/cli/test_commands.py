"""The commands, run as a script would run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import without_database_url

COMMANDS = ("serve", "migrate", "worker", "check", "version")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vardkase.cli.main", *arguments],
        env={**without_database_url(), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for part in (folder, *folder.parents):
        if "pytest" in str(part):
            part.chmod(0o755)
    return folder


def test_help_lists_every_command() -> None:
    said = run("--help").stdout
    assert all(command in said for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    answer = run(command, "--help")
    assert answer.returncode == 0
    assert "Usage" in answer.stdout


def test_wrong_usage_is_exit_code_2() -> None:
    assert run("serve", "--port", "many").returncode == 2
    assert run("no-such-command").returncode == 2


def test_version_for_scripts() -> None:
    versions = json.loads(run("version", "--json").stdout)
    assert versions["vardkase"]
    assert versions["django"].startswith("6.1")


def test_migrate_does_nothing_the_second_time(data_dir: Path) -> None:
    first = run("migrate", "--data-dir", str(data_dir), "--json")
    assert json.loads(first.stdout)["applied"] > 10, first.stderr
    assert json.loads(run("migrate", "--data-dir", str(data_dir), "--json").stdout) == {"applied": 0}


def test_nonsense_in_the_environment_is_refused_by_name(data_dir: Path) -> None:
    answer = run("migrate", "--data-dir", str(data_dir), VARDKASE_REQUIRE_SECOND_FACTOR="perhaps")
    assert answer.returncode == 1
    assert "VARDKASE_REQUIRE_SECOND_FACTOR" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_database_that_cannot_be_reached_is_one_sentence(data_dir: Path) -> None:
    answer = run("migrate", "--data-dir", str(data_dir), DATABASE_URL="postgresql://u:hemligt@127.0.0.1:1/x")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "hemligt" not in answer.stderr
    assert len(answer.stderr) < 500
