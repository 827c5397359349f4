"""The document of a policy as a file: PDF to keep, DOCX to go on writing in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import msgspec
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from vardkase.core.errors import NotFound
from vardkase.core.typeset import pdf
from vardkase.hub.policy.document import Document, NumberedRule, document_of
from vardkase.hub.policy.models import PolicyVersion

TEMPLATE = Path(__file__).parent / "document.typ"
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
INK = RGBColor(0x1D, 0x24, 0x33)
SOFT = RGBColor(0x5B, 0x64, 0x72)
LOCALES = {"sv": "sv-SE", "en": "en-GB"}


def printed(version: PolicyVersion, form: str, language: str = "sv") -> bytes:
    """The version as "pdf" or "docx", in "sv" or "en". Raises NotFound for another form or language."""
    if form not in TYPES or language not in LOCALES:
        raise NotFound("A policy is written as docx or pdf, in sv or en.")
    document = document_of(version, language)
    if form == "pdf":
        return pdf(TEMPLATE, msgspec.to_builtins(document), language=language)
    return as_docx(document)


def file_name(version: PolicyVersion, form: str) -> str:
    """How the file is called."""
    return f"misp-policy-{version.number}.{form}"


def as_docx(document: Document) -> bytes:
    """The document for a word processor, with headings, properties and numbered pages."""
    written = docx.Document()
    _prepare(written, document)
    _plain(written, document.organisation, bold=True)
    written.add_heading(document.title, level=0)
    _pairs(written, document.meta)
    for section in document.sections:
        written.add_heading(section.heading, level=1)
        for text in section.paragraphs:
            written.add_paragraph(text)
        for rule in section.rules:
            _rule(written, rule)
    written.add_paragraph()
    _signing(written, document)
    file = BytesIO()
    written.save(file)
    return file.getvalue()


def _prepare(written: Any, document: Document) -> None:
    """Language, type and margins; the properties that a search or a registry reads; the number on each page."""
    normal = written.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LOCALES[document.language])
    normal.element.get_or_add_rPr().append(language)
    for level in ("Title", "Heading 1"):
        style = written.styles[level]
        style.font.name, style.font.color.rgb = "Calibri", INK
        style.element.rPr.rFonts.set(qn("w:asciiTheme"), "minorHAnsi")
    properties = written.core_properties
    properties.title = f"{document.title}, {document.organisation}"
    properties.author, properties.language = document.organisation, LOCALES[document.language]
    margins = written.sections[0]
    margins.page_width, margins.page_height = Cm(21), Cm(29.7)
    margins.left_margin = margins.right_margin = Cm(2.6)
    _page_number(margins.footer.paragraphs[0])


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = 2  # To the right.
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph.add_run().element.addnext(field)


def _plain(written: Any, text: str, *, bold: bool = False) -> None:
    written.add_paragraph().add_run(text).bold = bold


def _pairs(written: Any, pairs: list[tuple[str, str]]) -> None:
    table = written.add_table(rows=0, cols=2)
    table.columns[0].width, table.columns[1].width = Cm(4), Cm(11)
    for label, text in pairs:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(label).font.color.rgb = SOFT
        cells[1].paragraphs[0].add_run(text)


def _rule(written: Any, rule: NumberedRule) -> None:
    paragraph = written.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(0.8)
    paragraph.paragraph_format.keep_together = True
    paragraph.add_run(f"{rule.label}. {rule.title}").bold = True
    paragraph.add_run().add_break()
    paragraph.add_run(rule.text)


def _signing(written: Any, document: Document) -> None:
    table = written.add_table(rows=2, cols=len(document.signing))
    for column, (label, _) in enumerate(document.signing):
        table.cell(0, column).paragraphs[0].add_run("_" * 24)
        table.cell(1, column).paragraphs[0].add_run(label).font.color.rgb = SOFT
