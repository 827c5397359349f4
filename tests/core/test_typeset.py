"""PDF from a template: its contents, and that data is not interpreted."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from vardkase.core import typeset

TEMPLATE = Path(typeset.__file__).with_name("letter.typ")
LETTER = '#import "/core/typeset/letter.typ": *\n#show: document-of.with(title: data.title)\n#answers(data.answers)\n'


ODD = ("\x07", "\x1b[31m", "\x85", "漢字", "🧿", "\u202e", "\uffff", "\x0b")


def test_unusual_characters_do_not_break_the_document() -> None:
    template = TEMPLATE.parent / "odd.test.typ"
    template.write_text(LETTER)
    try:
        for odd in ODD:
            made = typeset.pdf(template, {"title": f"Beslut {odd}", "answers": [[odd, f"före {odd} efter"]]})
            words = PdfReader(BytesIO(made)).pages[0].extract_text()
            assert "före" in words, odd
            assert "efter" in words, odd
    finally:
        template.unlink()


def test_markup_in_data_is_not_interpreted(tmp_path: Path, monkeypatch: object) -> None:
    template = TEMPLATE.parent / "sample.test.typ"
    template.write_text(LETTER)
    hostile = "#panic() $x$ @ref *fet* åäö <b>"
    wide = "anna-karin.akerstrom-ostergard@informationssakerhet.vattenochraddning.example"
    try:
        made = typeset.pdf(
            template, {"title": "Beslut", "answers": [["Svar", hostile], ["Tomt", ""], ["Brett", wide]]}
        )
    finally:
        template.unlink()
    document = PdfReader(BytesIO(made))
    text = document.pages[0].extract_text()
    assert hostile in text
    assert wide not in text, "a long word is broken across lines"
    assert wide in text.replace("\n", "").replace("\u200b", "")
    assert "Beslut" in text
    assert document.metadata is not None
    assert document.metadata.title == "Beslut"
