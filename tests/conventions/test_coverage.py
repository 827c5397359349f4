"""docs/coverage is complete and correct: every endpoint is in it, and every test it names exists."""

from __future__ import annotations

import re

from tools import web_coverage
from tools.coverage import FOLDER, PAGE, ROOT, features, page
from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions
from vardkase.api.request import plain


def _plain(name: str) -> str:
    return "/".join(plain(part) for part in name.split("/"))


def _existing() -> dict[str, str]:
    """The endpoints that answer."""
    assert registry.controllers()
    return {_plain(found.name): found.name for found in declared_permissions()}


def _named(*, answering: bool) -> set[str]:
    """The endpoints of features that are tested (or, with `answering` false, left out or missing)."""
    return {_plain(name) for each in features() if bool(each.tests) == answering for name in each.endpoints}


def test_page_is_current() -> None:
    """After a change in docs/coverage: python -m tools.coverage."""
    assert PAGE.read_text("utf-8") == page()


def test_every_feature_has_tests_or_reason() -> None:
    for each in features():
        assert sum(map(bool, (each.tests, each.left_out, each.missing))) == 1, each.feature
        assert len(each.left_out) == 0 or len(each.left_out) > 20, each.feature


def test_named_tests_exist() -> None:
    absent = []
    for test in {test for each in features() for test in each.tests}:
        path, _, name = test.partition("::")
        file = ROOT / path
        if not file.is_file() or (
            name and not re.search(rf"^ *def {name}\b", file.read_text("utf-8"), re.MULTILINE)
        ):
            absent.append(test)
    assert absent == []


def test_every_endpoint_belongs_to_tested_feature() -> None:
    there = _existing()
    assert {there[name] for name in there.keys() - _named(answering=True)} == set()
    assert _named(answering=True) - there.keys() == set()


def test_left_out_and_missing_endpoints_do_not_answer() -> None:
    """Except parts of an endpoint whose other parts are tested."""
    there = _existing()
    alone = _named(answering=False) - _named(answering=True)
    assert {there[name] for name in there.keys() & alone} == set()


def test_every_misp_endpoint_is_listed() -> None:
    """Tested, left out with a reason, or missing."""
    misp = {_plain(name): name for name in (FOLDER / "misp_endpoints.txt").read_text().split()}
    known = _named(answering=True) | _named(answering=False)
    assert len(misp) > 700
    assert {misp[name] for name in misp.keys() - known} == set()


def test_page_about_the_web_is_current() -> None:
    """Which also means that every page it names exists. After a change: python -m tools.web_coverage."""
    assert web_coverage.PAGE.read_text("utf-8") == web_coverage.page()
