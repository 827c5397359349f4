"""Members' Markdown as HTML of bounded size."""

from __future__ import annotations

from vardkase.core.markdown import MOST_LINES
from vardkase.web.ui.markdown import LONGEST, plain, rendered

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n"


def test_table_is_rendered() -> None:
    assert "<td>1</td>" in rendered(TABLE)
    assert rendered(TABLE * 2_000).count("<table>") == 1


def test_short_rows_below_wide_heading_do_not_multiply_cells() -> None:
    wide = f"{'|a' * 1000}|\n{'|-' * 1000}|\n" + "|\n" * 70
    text = f"{wide}\n" * 45
    html = rendered(text)
    assert "<td>" not in html
    assert len(html) < 2 * len(text)


def test_long_text_is_truncated() -> None:
    assert rendered("word " * LONGEST).endswith("<p>[…]</p>\n")
    assert rendered("word", 2) == "<p>wo</p>\n<p>[…]</p>\n"


def test_lists_show_text_without_marks() -> None:
    text = (
        "## Akira\n[Akira](https://x.example/a) runs <code>cmd.exe</code>, **fast**.(Citation: A B) `x` <b>"
    )
    assert plain(text) == "Akira Akira runs cmd.exe, fast. x <b>"


def test_too_much_markup_stays_text() -> None:
    assert "<em>a</em>" in rendered("*a* " * 1_000)
    marks = rendered("*a* _b_ " * 25_000)
    assert "<em>" not in marks
    assert marks.count("*a* _b_") == 25_000, "nothing of it is left out"
    for end in ("\n", "\r"):
        wide = rendered(f"{'|a' * 2_000}|{end}{'|-' * 2_000}|{end}{f'|{end}' * 100}")
        assert "<td>" not in wide


def test_too_many_lines_are_left_out() -> None:
    for unit, tag in (("- a\n", "<li>"), ("- a\r", "<li>"), ("a\r\n\r", "<p>"), ("# a\n", "<h3>")):
        html = rendered(unit * (LONGEST // len(unit)))
        assert html.endswith("[…]</p>\n")
        assert html.count(tag) <= MOST_LINES + 1
        assert rendered(unit * 5_000).count(tag) == 5_000
