"""PyMISP's own live test suite: downloaded, kept in .cache, and run unmodified in its own process.

The wheel does not contain it and its licence is not ours: it comes from the source distribution of the
installed version.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from vardkase.core.database import die_with_parent

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "pymisp"
STAND_INS = Path(__file__).parent / "stand_ins"
TIMEOUT = 1800
SAMPLES = {"whoami.exe": "cli-32.exe", "sample2.pe": "cli-64.exe"}
"""Windows programs that the suite would clone from a repository, replaced by setuptools' launchers:
with five sections and with six. The third, chromeinstall-8u31.exe, is compared by its hashes: no other will do."""


class Unavailable(RuntimeError):
    """The source distribution is unavailable: no network, no pip."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results by test name, with a reason for each test that did not pass."""

    passed: frozenset[str]
    failed: dict[str, str]
    skipped: dict[str, str]


def suite_folder() -> Path:
    """The unpacked source distribution of the installed PyMISP. Raises Unavailable."""
    version = importlib.metadata.version("pymisp")
    folder = CACHE / f"pymisp-{version}"
    if not (folder / "tests" / "testlive_comprehensive.py").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        _download(version)
        with tarfile.open(CACHE / f"pymisp-{version}.tar.gz") as archive:
            archive.extractall(CACHE, filter="data")
    _place_samples(folder / "tests" / "viper-test-files" / "test_files")
    return folder


def run_suite(url: str, key: str, *, only: str = "") -> Outcome:
    """Run it against `url` with the site administrator's `key`; `only` is a pytest -k expression."""
    folder = suite_folder()
    (folder / "keys.py").write_text(f"url = {url!r}\nkey = {key!r}\n")
    report = CACHE / f"report-{os.getpid()}.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-q",
    ]
    command += [
        "-c",
        os.devnull,
        "--rootdir",
        folder,
        f"--junitxml={report}",
        "tests/testlive_comprehensive.py",
    ]
    command += ["-k", only] if only else []
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{STAND_INS}"}
    try:
        printed = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
            preexec_fn=die_with_parent(signal.SIGTERM),
        ).stdout
        if not report.exists():
            raise RuntimeError(f"The suite did not run: {printed[-2000:]}")
        return _read(report)
    finally:
        report.unlink(missing_ok=True)


def _place_samples(folder: Path) -> None:
    """Put programs where the suite looks for them; it clones nothing when the folder exists."""
    folder.mkdir(parents=True, exist_ok=True)
    programs = importlib.resources.files("setuptools")
    for name, program in SAMPLES.items():
        (folder / name).write_bytes((programs / program).read_bytes())


def _download(version: str) -> None:
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    pip = [uv, "tool", "run", "--from", "pip", "pip"] if Path(uv).exists() else [sys.executable, "-m", "pip"]
    command = [*pip, "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(CACHE)]
    result = subprocess.run([*command, f"pymisp=={version}"], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Unavailable(result.stderr[-500:])


def _read(report: Path) -> Outcome:
    passed, failed, skipped = set(), {}, {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest wrote it just now
        name = case.get("name", "")
        trouble = next(
            (case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None
        )
        if trouble is not None:
            failed[name] = trouble.get("message", "").strip()[:300]
        elif (skip := case.find("skipped")) is not None:
            skipped[name] = skip.get("message", "")
        else:
            passed.add(name)
    return Outcome(frozenset(passed), failed, skipped)
