"""Why something did not pass, in the reader's language: our own sentences are translated, others' are quoted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

import vardkase.exchange
from vardkase.exchange.taxii.polling import NOT_FROM_HERE
from vardkase.web.reasons import in_words, is_known

EXCHANGE = Path(vardkase.exchange.__file__).parent
SPOKEN_ON = ("servers/*.py", "sync/*.py", "http.py", "connections.py", "tls.py")
"""Code whose reasons stand on the pages of connections."""
TELLS = {"OutgoingFailed", "AddressRefused", "TimedOut", "ReplyTooBig", "Unreachable"}


def sentences() -> Iterator[str]:
    """Every sentence that is raised in the code, with a digit or a word where something is filled in."""
    for pattern in SPOKEN_ON:
        for path in EXCHANGE.glob(pattern):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in TELLS
                    and node.args
                ):
                    yield from _text(node.args[0])
                elif isinstance(node, ast.Return) and _is_outcome(node.value):
                    yield from _text(node.value.elts[1])  # type: ignore[union-attr]


def _is_outcome(node: ast.expr | None) -> bool:
    """``Outcome.X, "reason"``."""
    return (
        isinstance(node, ast.Tuple)
        and len(node.elts) == 2
        and ast.unparse(node.elts[0]).startswith("Outcome.")
    )


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)  # type: ignore[misc]


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_reason_of_ours_has_words(sentence: str) -> None:
    assert is_known(sentence)


def test_what_others_said_is_quoted() -> None:
    told = "proposals: The other instance answered with status 500: Kaputt\nQue sera"
    with override("sv"):
        assert (
            in_words(told)
            == "Förslag: Den andra hubben avvisade det, med status 500 och orden ”Kaputt”\n”Que sera”"
        )
        assert in_words("https://a.example took too long.") == "https://a.example svarade inte i tid."


def test_what_only_technicians_read_is_left_out() -> None:
    with override("en"):
        assert (
            in_words("https://a.example could not be reached: [Errno 111] Connection refused")
            == "https://a.example could not be reached. The network says “Connection refused”"
        )
        assert in_words("https://a.example could not be reached: expired (_ssl.c:1029)").endswith("“expired”")


def test_a_reason_for_one_object_keeps_the_object() -> None:
    with override("en"):
        told = in_words(f"report--d52d7756-7b7c-45dc-980a-ddb61a5596f6: {NOT_FROM_HERE}")
    assert told.startswith("report--d52d7756-7b7c-45dc-980a-ddb61a5596f6: The event is here already")
