"""Texts of members as HTML: bounded, whatever they hold."""

from __future__ import annotations

from vardkase.web.ui.markdown import LONGEST, rendered

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_a_table_is_a_table() -> None:
    assert "<td>1</td>" in rendered(TABLE)
    assert rendered(TABLE * 2_000).count("<table>") == 1


def test_short_rows_below_long_headings_make_no_million_cells() -> None:
    wide = f"{'|a' * 1000}|\n{'|-' * 1000}|\n" + "|\n" * 70
    text = f"{wide}\n" * 45
    html = rendered(text)
    assert "<td>" not in html
    assert len(html) < 2 * len(text)


def test_a_long_text_is_cut() -> None:
    assert rendered("word " * LONGEST).endswith("<p>[…]</p>\n")
    assert rendered("word", 2) == "<p>wo</p>\n<p>[…]</p>\n"
