"""References in reports are found, and words replaced, without changing anything else."""

from __future__ import annotations

import pytest

from vardkase.misp.report_references import (
    ReportReference,
    prose,
    references,
    with_phrases_replaced,
    with_words_replaced,
)

UUID = "5d6442cf-2696-564d-a2fb-0bd2833ef264"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"a @[attribute]({UUID}) b", [ReportReference("attribute", UUID)]),
        (f"@![attribute]({UUID.upper()})", [ReportReference("attribute", UUID, picture=True)]),
        (
            f"@[object]({UUID})@[galaxymatrix]({UUID})",
            [ReportReference("object", UUID), ReportReference("galaxymatrix", UUID)],
        ),
        ('@[tag](misp-galaxy:tool="Go (a (b) c)")', [ReportReference("tag", 'misp-galaxy:tool="Go (a (b) c)"')]),
        (
            "@[tag](tlp:amber) @[suggestion](a.b)",
            [ReportReference("tag", "tlp:amber"), ReportReference("suggestion", "a.b")],
        ),
        ("@[attribute](nope) @[other](x) [attribute](x) @[tag]()", []),
    ],
)  # fmt: skip
def test_references_are_found(text: str, found: list[ReportReference]) -> None:
    assert list(references(text)) == found


def test_reference_is_written_as_it_was_read() -> None:
    for text in (f"@![attribute]({UUID})", '@[tag](a:b="c (d)")', "@[suggestion](http://e.example/x)"):
        assert "".join(map(str, references(text))) == text


def test_only_whole_words_outside_references_are_replaced() -> None:
    text = "e.example, **e.example** not-e.example [e.example](x) @[suggestion](e.example) `e.example`."
    assert with_words_replaced(text, {"e.example": "X"}) == (
        "X, **X** not-e.example [X](x) @[suggestion](e.example) X."
    )


def test_code_keeps_its_words() -> None:
    text = "`curl e.example`\n```\ne.example `e.example`\n```\n``e.example`` and\n~~~\ne.example"
    assert with_words_replaced(text, {"e.example": "X"}) == text.replace("``e.example``", "X")


def test_phrases_are_replaced_over_line_ends_and_longest_first() -> None:
    text = "APT\nTwelve, APT Twelve B; APT-Twelve `APT Twelve` CAPT Twelve T1486.001 T1486."
    phrases = {"APT Twelve": "1", "APT Twelve B": "2", "T1486": "3", "T1486.001": "4"}
    assert with_phrases_replaced(text, phrases) == "1, 2; APT-Twelve 1 CAPT Twelve 4 3."
    assert with_phrases_replaced(text, {}) == text


def test_prose_keeps_every_position() -> None:
    text = f"# |a|`b` [c](http://d.example) @[attribute]({UUID}) a|b"
    assert len(prose(text)) == len(text)
    assert prose(text).split() == ["#", "a", "b", "c", "http://d.example)", "a|b"]


def test_hostile_text_is_parsed_in_bounded_time() -> None:
    for text in (
        "@[tag](" * 20_000,
        '@[tag]("' * 20_000,
        "[" * 100_000,
        "`" * 100_000,
        "@[tag](" + "(" * 100_000,
    ):
        list(references(text))
        prose(text)
        with_words_replaced(text, {"x": "y"})
        with_phrases_replaced(text, {"x y": "y"})
