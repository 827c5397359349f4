"""Every setting is described in Swedish as well, and so are its options."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.functional import Promise

from vardkase.core.problems import Text
from vardkase.core.settings import declared_settings
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.exchange.modules.settings import settings_of_module
from vardkase.formats.rpz.settings import POLICIES
from vardkase.hub.instance.fixed_settings import FACTS
from vardkase.web.core.settings.views import GROUPS

MODULE = Module("dns", frozenset({ModuleKind.EXPANSION}), frozenset(), False, ("server",), (), "", "", {})


def texts() -> Iterator[tuple[str, Text]]:
    # Other tests declare settings of their own.
    declared = [setting for name, setting in declared_settings().items() if not name.startswith("Test.")]
    for setting in (*declared, *settings_of_module(MODULE)):
        yield setting.name, setting.description
        for option, meaning in setting.options:
            if meaning not in POLICIES:  # The standard’s own names.
                yield f"{setting.name}={option}", meaning
    yield from ((fact.name, fact.description) for fact in FACTS)
    yield from GROUPS.items()


def test_settings_are_described_in_both_languages() -> None:
    lacking = []
    for name, text in texts():
        worded = {}
        for language in ("sv", "en"):
            with translation.override(language):
                worded[language] = str(text)
        if not isinstance(text, Promise) or worded["sv"] == worded["en"]:
            lacking.append(name)
    assert lacking == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_place_for_a_name_is_left_open(language: str) -> None:
    with translation.override(language):
        assert [name for name, text in texts() if "{topic}" in str(text) or "{module}" in str(text)] == []
