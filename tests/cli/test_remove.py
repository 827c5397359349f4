"""`vardkase remove` removes one hub, and nothing that could be someone else's."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import vardkase
from tests.support.folders import open_folder
from tests.support.prepared import link_programs
from vardkase.cli.main import commands
from vardkase.cli.provisioning import claim
from vardkase.core.database import EmbeddedPostgres, layout, removal
from vardkase.core.database.layout import home_elsewhere
from vardkase.core.database.removal import OURS

MADE = re.compile(r'(?:data_dir|DATA_DIR\)?|data_directory\(\)) / "([^"/]+)"')


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setattr(layout, "STATE_FOLDER", folder)
    monkeypatch.setattr(removal, "STATE_FOLDER", folder)
    return folder


@pytest.fixture
def hub(tmp_path: Path, state: Path) -> Path:
    """The folder of a hub whose database lives in the system's state folder."""
    return made(tmp_path / "hub")


def made(folder: Path) -> Path:
    (folder / "secrets").mkdir(parents=True)
    (folder / "secrets" / "django").write_text("secret")
    (folder / "files").mkdir()
    home = home_elsewhere(folder)
    (home / "database").mkdir(parents=True)
    (home / "pg").mkdir()
    (folder / "database").symlink_to(home / "database")
    return folder


def remove(folder: Path, *options: str, answer: str = "") -> Result:
    return CliRunner().invoke(commands, ["remove", "--data-dir", str(folder), *options], input=answer)


def refused(folder: Path, words: str, *options: str) -> None:
    result = remove(folder, *(options or ("--yes",)))
    assert result.exit_code == 1
    assert words in result.output


def test_everything_of_one_hub_is_removed(hub: Path, state: Path) -> None:
    other = made(hub.with_name("other"))
    home = home_elsewhere(hub)
    asked = remove(hub, answer="n\n")
    assert (asked.exit_code, hub.exists(), home.exists()) == (1, True, True)
    assert str(hub) in asked.output
    assert str(home) in asked.output
    assert remove(hub, answer="y\n").exit_code == 0
    assert not hub.exists()
    assert [path.name for path in state.iterdir()] == [home_elsewhere(other).name], "another hub's stays"
    assert remove(other, "--yes").exit_code == 0
    assert not list(state.iterdir())
    refused(hub, "there is no folder")


def test_whatever_is_made_in_a_data_directory_is_removed() -> None:
    sources = Path(vardkase.__file__).parent.rglob("*.py")
    made = {name for path in sources for name in MADE.findall(path.read_text(encoding="utf-8"))}
    assert {"files", "spool", "move-in"} <= made
    assert made <= OURS


def test_folders_that_may_be_others_are_refused(hub: Path, tmp_path: Path) -> None:
    home = home_elsewhere(hub)
    link = tmp_path / "link"
    link.symlink_to(hub)
    refused(link, "is a link")
    refused(tmp_path, "is not the data directory of a Vårdkase")
    refused(tmp_path / "hub" / "secrets", "is not the data directory of a Vårdkase")
    (hub / "letters.docx").touch()
    refused(hub, "holds what Vårdkase did not make: letters.docx")
    (hub / "letters.docx").unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (hub / "files").rmdir()
    (hub / "files").symlink_to(elsewhere)
    refused(hub, "files is a link")
    (hub / "files").unlink()

    # A copy of the folder still leads to the database of the hub that it was copied from.
    other = made(tmp_path / "other")
    (hub / "database").unlink()
    (hub / "database").symlink_to(home_elsewhere(other) / "database")
    refused(hub, "it may be another hub's")
    (hub / "database").unlink()
    (hub / "database").symlink_to(home / "database")
    home.rename(tmp_path / "moved")
    home.symlink_to(home_elsewhere(other))
    refused(hub, "it may be another hub's")
    assert (home_elsewhere(other) / "database").is_dir()
    assert (hub / "secrets" / "django").exists()


def test_mounted_folders_below_are_refused(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = hub / "files" / "two words"
    share.mkdir()
    (share / "theirs.txt").touch()
    mounts = tmp_path / "mountinfo"
    line = f"90 27 0:6 / {share} rw - ext4 /dev/sdb1 rw".replace("two words", r"two\040words")
    mounts.write_text(f"22 27 0:21 / {tmp_path} rw - ext4 /dev/sda1 rw\n{line}\n")
    monkeypatch.setattr(removal, "MOUNTS", mounts)
    refused(hub, "two words is a mounted folder")
    assert (share / "theirs.txt").exists()
    assert (hub / "secrets" / "django").exists()
    monkeypatch.setattr(removal, "MOUNTS", tmp_path / "none")  # Where the system has no such list.
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == share)
    refused(hub, "two words is a mounted folder")
    mounts.write_text(f"22 27 0:21 / {hub} rw - ext4 /dev/sda1 rw\n")
    monkeypatch.setattr(removal, "MOUNTS", mounts)
    assert remove(hub, "--yes").exit_code == 0


def test_running_hub_is_refused(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with claim(hub, "http://127.0.0.1:8000/"):
        refused(hub, "runs on")
    assert (hub / "secrets" / "django").exists()
    monkeypatch.delenv("DATABASE_URL", raising=False)
    folder = open_folder()
    link_programs(folder)
    (folder / "secrets").mkdir()
    server = EmbeddedPostgres(folder, durable=False).start()
    try:
        refused(folder, "is running")
    finally:
        server.stop()
    assert remove(folder, "--yes").exit_code == 0
    assert not folder.exists()
