"""A restore that fails says so in one sentence; what a developer needs is in a file."""

from __future__ import annotations

import contextlib
import os
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import typer

from vardkase.cli.output import fail
from vardkase.core.database import DatabaseUnavailable
from vardkase.core.errors import VardkaseError


@contextlib.contextmanager
def told_of_failure(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except (typer.Exit, VardkaseError, DatabaseUnavailable):
        raise  # A sentence already.
    except Exception as error:  # noqa: BLE001 - whatever it was, the folder is empty and the operator needs to know
        descriptor, name = tempfile.mkstemp(prefix="vardkase-restore-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            traceback.print_exc(file=file)
        said = " ".join(str(error).split())[:300]
        raise fail(
            f"the restore failed ({type(error).__name__}: {said}). {data_dir} is empty again, and the details are in "
            f"{name}."
        ) from None
