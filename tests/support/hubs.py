"""Whole hubs for tests: `vardkase serve` with its own database, web server and worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from bench.instance import WITHOUT_KNOWLEDGE, Instance, fresh_instance
from tests.support.folders import temporary_folder
from tests.support.prepared import copy_prepared


@contextlib.contextmanager
def running_hub(folder: Path | None = None, **environment: str) -> Iterator[Instance]:
    """Run a new hub for the length of a block, in `folder` or in a temporary one.

    Its database is already migrated (tests/cli/test_serve.py starts from an empty folder), and it loads no
    taxonomies, galaxies or warninglists.
    """
    with contextlib.ExitStack() as leaving:
        if folder is None:
            folder = leaving.enter_context(temporary_folder())
        copy_prepared(folder)
        yield leaving.enter_context(fresh_instance(folder, WITHOUT_KNOWLEDGE, **environment))
