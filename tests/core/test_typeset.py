"""PDF from a template: its contents, and that data is not interpreted."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

import vardkase
from tests.support.archived_pdf import archive_faults
from vardkase.core import typeset
from vardkase.core.sandbox import Limits, SandboxPool

TEMPLATE = Path(typeset.__file__).with_name("letter.typ")
LETTER = '#import "/core/typeset/letter.typ": *\n#show: document-of.with(title: data.title)\n#answers(data.answers)\n'


ODD = ("\ue000", "\x07", "\x1b[31m", "\x85", "漢字", "🧿", "\u202e", "\uffff", "\x0b")


def test_unusual_characters_do_not_break_the_document() -> None:
    template = TEMPLATE.parent / "odd.test.typ"
    template.write_text(LETTER)
    try:
        for odd in ODD:
            made = typeset.pdf(template, {"title": f"Beslut {odd}", "answers": [[odd, f"före {odd} efter"]]})
            words = PdfReader(BytesIO(made)).pages[0].extract_text()
            assert "före" in words, odd
            assert "efter" in words, odd
        # PDF/A, unless a text holds what no PDF/A may: it is a document all the same.
        plain, private = (
            typeset.pdf(template, {"title": "Beslut", "answers": [["Fråga", f"Svar {odd}"]]})
            for odd in ("", "\ue000")
        )
        assert archive_faults(plain) == []
        assert archive_faults(private) == [
            "metadata: pdfaid:part",
            "metadata: pdfaid:conformance",
            "no output profile",
        ]
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


def test_costly_document_is_refused_and_others_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    template = TEMPLATE.parent / "costly.test.typ"
    template.write_text(LETTER)
    long = {"title": "Beslut", "answers": [["Svar", "\u6f22 " * 200_000]]}
    try:
        for limits in (Limits(seconds=1), Limits(memory=300 * 1024 * 1024)):
            pool = SandboxPool(typeset.PROGRAM, limits)
            with pytest.raises(typeset.NotTypeset):
                typeset.pdf(template, long, pool=pool)
        # A reader's document that is waited for keeps no letter from being written.
        with typeset.prints.job({"root": "/", "template": "/", "pictures": []}):
            made = typeset.pdf(template, {"title": "Beslut", "answers": []}, pool=typeset.records)
    finally:
        template.unlink()
    assert "Beslut" in PdfReader(BytesIO(made)).pages[0].extract_text()


def test_typst_runs_in_sandboxes_only() -> None:
    package = Path(vardkase.__file__).parent
    users = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(
            r"^(import typst|from typst)|core.typeset.compiling import .*compiled",
            path.read_text(),
            re.MULTILINE,
        )
    }
    own_words = "formats/diagrams/__init__.py"
    programs = {"core/typeset/compiling.py", "core/typeset/program.py", "formats/diagrams/program.py"}
    assert users == programs | {own_words}
