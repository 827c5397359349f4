"""Faster collection where several workers collect the whole suite."""

from __future__ import annotations

import contextlib
import importlib

import pytest


def import_in_turns(config: pytest.Config) -> None:
    """Import the test modules, in each worker from another one onwards.

    Rewriting the asserts of a module is most of a first collection, and stored by the first to do it: workers that
    all began with the same module would each rewrite every module.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None or config.args != config.getini("testpaths"):
        return
    tests = sorted(config.rootpath.joinpath("tests").rglob("test_*.py"))
    first = int(worker["workerid"].removeprefix("gw")) * len(tests) // worker["workercount"]
    for path in tests[first:] + tests[:first]:
        # What fails, or skips itself, is reported by the collection that follows.
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(path.relative_to(config.rootpath).with_suffix("").parts))
