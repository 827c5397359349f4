"""The policy document as a DOCX file, for editing. The only module that imports python-docx, which is optional."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
from django.utils import timezone
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from vardkase.hub.policy.document import PolicyDocument

INK = RGBColor(0x1D, 0x24, 0x33)
SOFT = RGBColor(0x5B, 0x64, 0x72)
SIZES = {"Subtitle": 12, "Title": 22, "Heading 1": 14, "Heading 2": 11}
"""Styles that the document uses, with their size in points."""

INDENT, COLUMN = Cm(0.8), Cm(4)
LOCALES = {"sv": "sv-SE", "en": "en-GB"}


def as_docx(document: PolicyDocument) -> bytes:
    written = docx.Document()
    _prepare(written, document)
    written.add_paragraph(document.organisation, style="Subtitle")
    written.add_heading(document.title, level=0)
    # Label and text on a line each: screen readers would read a table cell by cell.
    for label, text in document.meta:
        paragraph = written.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.left_indent = COLUMN
        paragraph.paragraph_format.first_line_indent = -COLUMN
        paragraph.paragraph_format.tab_stops.add_tab_stop(COLUMN)
        paragraph.add_run(label).font.color.rgb = SOFT
        paragraph.add_run(f"\t{text}")
    for section in document.sections:
        written.add_heading(section.heading, level=1)
        for text in section.paragraphs:
            written.add_paragraph(text).paragraph_format.keep_with_next = bool(section.rules)
        for rule in section.rules:
            written.add_heading(f"{rule.label}. {rule.title}", level=2)
            paragraph = written.add_paragraph(rule.text)
            paragraph.paragraph_format.left_indent = INDENT
            paragraph.paragraph_format.keep_together = True
    _signing(written, document)
    file = BytesIO()
    written.save(file)
    return file.getvalue()


def _prepare(written: Any, document: PolicyDocument) -> None:
    normal = written.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    locale = LOCALES[document.language]
    for language in written.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), locale)
    for name, size in SIZES.items():
        style = written.styles[name]
        style.font.name, style.font.color.rgb, style.font.size = "Calibri", INK, Pt(size)
        # A font of the theme would take precedence over the name just set.
        style.element.rPr.rFonts.set(qn("w:asciiTheme"), "minorHAnsi")
        style.element.rPr.rFonts.set(qn("w:hAnsiTheme"), "minorHAnsi")
    written.styles["Subtitle"].font.italic, written.styles["Subtitle"].font.bold = False, True
    written.styles["Heading 2"].paragraph_format.left_indent = INDENT
    title = written.styles["Title"].element.pPr
    for border in title.findall(qn("w:pBdr")):  # Word's own template draws a line below the title.
        title.remove(border)
    now = timezone.now()
    properties = written.core_properties
    properties.title = f"{document.title}, {document.organisation}"
    properties.author = properties.last_modified_by = document.organisation
    properties.language, properties.comments = LOCALES[document.language], ""
    # The file format has no time zones: its times are in UTC.
    properties.created = properties.modified = now.replace(tzinfo=None)
    # A4: the default template is in US Letter.
    margins = written.sections[0]
    margins.page_width, margins.page_height = Cm(21), Cm(29.7)
    margins.left_margin = margins.right_margin = Cm(2.6)
    paragraph = margins.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for before, name, after in (("", "PAGE", " ("), ("", "NUMPAGES", ")")):
        paragraph.add_run(before)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        # python-docx has no call for fields such as the page number.
        paragraph.add_run(after).element.addprevious(field)


def _signing(written: Any, document: PolicyDocument) -> None:
    written.paragraphs[-1].paragraph_format.keep_with_next = True
    for place, (label, _) in enumerate(document.signing, 1):
        paragraph = written.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(20)
        paragraph.paragraph_format.keep_with_next = place < len(document.signing)
        paragraph.paragraph_format.tab_stops.add_tab_stop(COLUMN)
        paragraph.paragraph_format.tab_stops.add_tab_stop(
            Cm(15.8), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES
        )
        paragraph.add_run(label).font.color.rgb = SOFT
        paragraph.add_run("\t\t")
