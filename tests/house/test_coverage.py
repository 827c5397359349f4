"""docs/coverage says truly what is here: every endpoint is in it, every test it names exists, nothing is forgotten."""

from __future__ import annotations

import re

from tools.coverage import FOLDER, PAGE, ROOT, features, page
from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions
from vardkase.api.request import plain


def _plain(name: str) -> str:
    return "/".join(plain(part) for part in name.split("/"))


def _there() -> dict[str, str]:
    """The endpoints that answer."""
    assert registry.controllers()
    return {_plain(found.name): found.name for found in declared_permissions()}


def _named(*, answering: bool) -> set[str]:
    """The endpoints of features that are proven (or, not `answering`, left out or missing)."""
    return {_plain(name) for each in features() if bool(each.tests) == answering for name in each.endpoints}


def test_the_page_is_as_the_files_are() -> None:
    """After a change in docs/coverage: python -m tools.coverage."""
    assert PAGE.read_text("utf-8") == page()


def test_every_feature_is_proven_or_has_a_reason() -> None:
    for each in features():
        assert sum(map(bool, (each.tests, each.left_out, each.missing))) == 1, each.feature
        assert len(each.left_out) == 0 or len(each.left_out) > 20, each.feature


def test_the_tests_exist() -> None:
    absent = []
    for test in {test for each in features() for test in each.tests}:
        path, _, name = test.partition("::")
        file = ROOT / path
        if not file.is_file() or (
            name and not re.search(rf"^ *def {name}\b", file.read_text("utf-8"), re.MULTILINE)
        ):
            absent.append(test)
    assert absent == []


def test_every_endpoint_is_in_a_proven_feature() -> None:
    there = _there()
    assert {there[name] for name in there.keys() - _named(answering=True)} == set()
    assert _named(answering=True) - there.keys() == set()


def test_what_is_left_out_or_missing_does_not_answer() -> None:
    """Unless it is a part of an endpoint whose other parts are proven."""
    there = _there()
    alone = _named(answering=False) - _named(answering=True)
    assert {there[name] for name in there.keys() & alone} == set()


def test_nothing_of_misp_is_forgotten() -> None:
    """Every action of MISP's is proven, left out with a reason, or listed as missing."""
    misp = {_plain(name): name for name in (FOLDER / "misp_endpoints.txt").read_text().split()}
    known = _named(answering=True) | _named(answering=False)
    assert len(misp) > 700
    assert {misp[name] for name in misp.keys() - known} == set()
