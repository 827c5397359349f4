"""Imports an export (pg_dump) into an empty database."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from vardkase.core.backup.restoring import Plan, Restore, stored_object
from vardkase.core.backup.tars import copied
from vardkase.core.backup.tools import Source, failure, output_of, run

UNKNOWN_OPTION = re.compile(rb"ALTER TABLE (ONLY )?\S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")
"""Debian's PostgreSQL marks each column with an option that no other server knows."""


def import_export(restore: Restore, wanted: Plan, source: Source, folder: Path) -> None:
    """Raises BackupFailed; the database is unchanged then."""
    file = folder / "export"
    try:
        with restore.opened(stored_object(restore, wanted.last, "database.age")) as plain:
            copied(plain, file)
        command: list[str | Path] = [source.program("pg_restore"), "--no-owner", "--no-acl"]
        command += ["--clean", "--if-exists"]
        if b"SET (pg_attver=" in run([*command, "--schema-only", "-f", "-", file]).encode():
            _import_without(UNKNOWN_OPTION, [*command, "-f", "-", file], source, folder / "said")
        else:
            run([*command, "--single-transaction", "-d", source.address(), file], source.environment())
    finally:
        file.unlink(missing_ok=True)


def _import_without(
    unknown: re.Pattern[bytes], command: Sequence[str | Path], source: Source, errors: Path
) -> None:
    client: list[str | Path] = [
        source.program("psql"),
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-o",
        "/dev/null",
    ]
    client += ["-d", source.address()]
    answers = errors.with_suffix(".psql")
    with answers.open("wb") as said:
        process = subprocess.Popen(
            client, env=source.environment(), cwd="/", stdin=subprocess.PIPE, stdout=said, stderr=said
        )
    try:
        # It commits only what came whole.
        with contextlib.suppress(BrokenPipeError), cast(BinaryIO, process.stdin) as target:
            target.write(b"BEGIN;\n")
            with output_of(command, source.environment(), errors) as script:
                target.writelines(_without(unknown, script))
            target.write(b"COMMIT;\n")
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()
        text = answers.read_text(errors="replace")
        answers.unlink()
    if process.returncode:
        raise failure(client, text)


def _without(unknown: re.Pattern[bytes], script: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a script but those; what looks like one among the rows of a table stays."""
    is_data = False
    for line in script:
        if is_data:
            is_data = line != b"\\.\n"
        elif unknown.fullmatch(line):
            continue
        else:
            is_data = line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n")
        yield line
