"""PDF from a template: what is in it, and that data stays data."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from vardkase.core import typeset

TEMPLATE = Path(typeset.__file__).with_name("letter.typ")
LETTER = '#import "/core/typeset/letter.typ": *\n#show: document-of.with(title: data.title)\n#answers(data.answers)\n'


def test_text_is_set_as_it_is_written(tmp_path: Path, monkeypatch: object) -> None:
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
    assert wide not in text, "what is longer than a line goes on below"
    assert wide in text.replace("\n", "").replace("\u200b", "")
    assert "Beslut" in text
    assert document.metadata is not None
    assert document.metadata.title == "Beslut"
