"""A database cluster that is migrated once, and copied by every test run and every hub that a test starts.

It is kept in .cache until a migration changes. It belongs to no installation: organisation, users, keys and
secrets are made in each copy, by `vardkase init` or `serve`, as in an empty folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import without_database_url
from vardkase.core.database.layout import Layout

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
CACHE = ROOT / ".cache" / "prepared"
CLUSTER = "database"
IMPORTED = re.compile(r"^(?:from|import) (vardkase[\w.]*)", re.MULTILINE)


def copy_prepared(folder: Path) -> None:
    """Copy the cluster into `folder`, a data directory without one."""
    folder.chmod(0o755)  # As root the server runs as another account, which needs access.
    with _current() as cluster:
        subprocess.run(["cp", "-a", cluster, folder / CLUSTER], check=True)
    link_programs(folder)


def link_programs(folder: Path) -> None:
    """Give a data directory the programs of PostgreSQL that the run's own server has: a thousand files."""
    if (installed := Layout(Path(os.environ["VARDKASE_DATA_DIR"])).binaries).exists():
        linked = "-al" if installed.stat().st_dev == folder.stat().st_dev else "-a"
        subprocess.run(["cp", linked, installed, Layout(folder).binaries], check=True)


@contextlib.contextmanager
def _current() -> Iterator[Path]:
    """The cluster of the current migrations; nobody builds another while the block runs."""
    made_for = CACHE / _fingerprint()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not made_for.exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made_for.exists():
                _make(made_for)
        yield made_for / CLUSTER


def _make(made_for: Path) -> None:
    """Migrate an empty folder, and keep its cluster in place of earlier ones."""
    for earlier in CACHE.iterdir():
        if earlier.is_dir():
            shutil.rmtree(earlier)
    with tempfile.TemporaryDirectory(prefix="vardkase-prepared-") as name:
        Path(name).chmod(0o755)
        command = [sys.executable, "-m", "vardkase.cli.main", "migrate", "--data-dir", name]
        subprocess.run(command, env=without_database_url(), stdout=subprocess.DEVNULL, check=True)
        unfinished = CACHE / "unfinished"
        unfinished.mkdir()
        subprocess.run(["cp", "-a", f"{name}/{CLUSTER}", unfinished / CLUSTER], check=True)
        unfinished.rename(made_for)


def _fingerprint() -> str:
    """A hash of everything that determines a migrated database: migrations, their imports, the libraries."""
    migrations = sorted(SOURCE.rglob("migrations/*.py"))
    texts = [path.read_bytes() for path in (ROOT / "uv.lock", *migrations)]
    imported = {name for text in texts for name in IMPORTED.findall(text.decode())}
    texts += [path.read_bytes() for name in sorted(imported) for path in _files(name)]
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()[:16]


def _files(module: str) -> Iterator[Path]:
    """The file of a module, or the files of a package."""
    path = SOURCE.joinpath(*module.split("."))
    yield from sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
