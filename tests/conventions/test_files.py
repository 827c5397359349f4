"""What repository files must and must not contain."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400

LONG_FOR_A_REASON = {
    "tests/factories/samples.py": "a catalogue: one short function for each thing that the roles table may name",
}
"""Files over the limit, each with the reason why it is better whole."""

LOCK_FILES = {"uv.lock", "package-lock.json"}
ELSEWHERE = re.compile(
    rb"(files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|registry\.yarnpkg\.com"
    rb"|proxy\.golang\.org|index\.crates\.io|static\.crates\.io)"
    rb"|(?<![\w.$}])/(?:home|Users)/[a-z][\w-]*/|" + re.escape(f"{ROOT}/".encode())
)
"""Registries (the lock files alone name them) and paths that exist on one machine only."""


def tracked() -> list[Path]:
    """The files that git tracks, without deleted ones."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_source_file_is_too_long() -> None:
    """Near 400 lines a file becomes a folder of use cases."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and "migrations" not in path.parts
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long.keys() == LONG_FOR_A_REASON.keys(), long


def test_no_file_names_a_registry_or_local_path() -> None:
    """A clone works anywhere, whatever mirror or folder its author used."""
    found = {
        str(path.relative_to(ROOT)): match.group().decode()
        for path in tracked()
        if path.name not in LOCK_FILES and path != Path(__file__)
        if (match := ELSEWHERE.search(path.read_bytes()))
    }
    assert found == {}


def test_check_finds_planted_paths() -> None:
    for bad in (b'url = "https://pypi.org/simple"', b"cd /home/somebody/vardkase", f"see {ROOT}/x".encode()):
        assert ELSEWHERE.search(bad)
    for good in (b"$HOME/home/page", b"https://example.org/home/of/art"):
        assert not ELSEWHERE.search(good)
