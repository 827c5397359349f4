"""PyMISP's own live tests pass, unmodified, against `vardkase serve` (docs/coverage.md lists the exceptions)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pymisp import PyMISP

from bench.instance import Instance
from tests.support.hubs import running_hub
from tests.support.ports import free_port
from tests.wire.pymisp_suite import Unavailable, run_suite, suite_folder

LISTED = Path(__file__).parents[1] / "data" / "pymisp_live_passing.txt"
AT_LEAST = 45


def switch_on_zeromq(instance: Instance) -> None:
    """The suite expects a hub with ZeroMQ, as in MISP's own set-up of it."""
    admin = PyMISP(instance.url, instance.key, ssl=False)
    for setting, value in (("Plugin.ZeroMQ_port", free_port()), ("Plugin.ZeroMQ_enable", True)):
        assert "errors" not in admin.set_server_setting(setting, value)


@pytest.mark.live
def test_listed_pymisp_tests_pass() -> None:
    """Every listed test passes, and the list has at least the expected length."""
    try:
        suite_folder()
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"PyMISP's source distribution is unavailable: {reason}")
        pytest.skip(f"PyMISP's source distribution is unavailable: {reason}")
    listed = set(LISTED.read_text().split())
    with running_hub() as instance:
        switch_on_zeromq(instance)
        outcome = run_suite(instance.url, instance.key)
    broken = {
        name: outcome.failed.get(name, "skipped or missing") for name in sorted(listed - outcome.passed)
    }
    assert broken == {}
    assert len(listed) >= AT_LEAST
