"""Every problem has a text in both languages, with the same parameters, and MISP's English where it differs."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from vardkase.core.problems import ProblemCode, all_codes

PARAMETER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("code", list(all_codes()), ids=lambda code: code.code)
def test_both_languages_and_the_wire_take_the_same_parameters(code: ProblemCode) -> None:
    texts = {}
    for language in ("sv", "en"):
        with translation.override(language):
            texts[language] = str(
                code.text % {"count": 2} if "lazy_number" in type(code.text).__name__ else code.text
            )

    assert texts["sv"], code
    parameters = set(PARAMETER.findall(texts["en"]))
    assert set(PARAMETER.findall(texts["sv"])) == parameters
    assert set(PARAMETER.findall(code.own_wire)) <= parameters
    assert "%" not in PARAMETER.sub("", texts["en"] + code.own_wire).replace("%%", "") or not parameters


def test_codes_are_unique() -> None:
    codes = [each.code for each in all_codes()]

    assert len(codes) == len(set(codes))
