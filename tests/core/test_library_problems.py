"""What RE2 and msgspec say in words alone is a problem: the same words for clients, both languages for people."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from django.utils import translation

from vardkase.core.documents import converted
from vardkase.core.errors import InvalidValue
from vardkase.core.expressions import LONGEST, expression_from
from vardkase.core.problems import LONGEST_PART


class Document(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=3, pattern="^x")] = "x"
    mode: Literal["on", "off"] = "on"
    parts: tuple[Annotated[int, msgspec.Meta(le=5)], ...] = ()


@pytest.mark.parametrize(
    ("written", "wire", "swedish"),
    [
        ("(", "missing ): (", "en avslutande parentes saknas: ("),
        (")", "unexpected ): )", "en inledande parentes saknas: )"),
        ("[a", "missing ]: [a", "en avslutande hakparentes saknas: [a"),
        ("*a", "no argument for repetition operator: *", "det finns inget att upprepa före *"),
        ("a**", "bad repetition operator: **", "två upprepningar följer på varandra: **"),
        ("a{2000}", "invalid repetition size: {2000}", "antalet upprepningar stöds inte: {2000}"),
        (r"\8", r"invalid escape sequence: \8", r"\8 stöds inte"),
        ("[b-a]", "invalid character class range: b-a", "teckenintervallet är inte giltigt: b-a"),
        ("(?=x)", "invalid perl operator: (?=", "(?= stöds inte"),
        ("(?P<n", "invalid named capture group: (?P<n", "gruppens namn är inte giltigt: (?P<n"),
        ("\\", "trailing \\", "det slutar med ett omvänt snedstreck"),
        ("/a/e", "unknown modifier e", "okänd modifierare: e"),
        ("a" * (LONGEST + 1), "too long", "det är längre än 65535 tecken"),
    ],
)
def test_expressions(written: str, wire: str, swedish: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        expression_from(written)

    assert refused.value.wire == wire
    with translation.override("sv"):
        assert str(refused.value) == swedish


def test_what_a_library_quotes_is_cut() -> None:
    with pytest.raises(InvalidValue) as refused:
        expression_from("(" * 5_000)

    assert len(refused.value.wire) == len("missing ): ") + LONGEST_PART


@pytest.mark.parametrize(
    ("document", "wire", "swedish"),
    [
        ([], "Expected `object`, got `array`", "Värdet ska ha typen object, inte array."),
        ({"no": 1}, "Object contains unknown field `no`", "Det finns inget fält som heter ”no”."),
        ({"name": 1}, "Expected `str`, got `int` - at `$.name`", "typen str, inte int. (vid $.name)"),
        ({"name": "xxxx"}, "Expected `str` of length <= 3 - at `$.name`", "Längden ska vara <= 3 (typ str)."),
        ({"name": "a"}, "Expected `str` matching regex '^x' - at `$.name`", "ska följa mönstret '^x'."),
        ({"mode": "in"}, "Invalid enum value 'in' - at `$.mode`", "Värdet 'in' är inte tillåtet här."),
        (
            {"parts": [1, 6]},
            "Expected `int` <= 5 - at `$.parts[1]`",
            "Värdet ska vara <= 5 (typ int). (vid $.parts[1])",
        ),
    ],
)
def test_documents(document: object, wire: str, swedish: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        converted(document, Document)

    assert refused.value.wire == wire
    with translation.override("sv"):
        assert swedish in str(refused.value)
