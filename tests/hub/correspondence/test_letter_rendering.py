"""Every letter renders from its file and sample data in both languages, with no placeholder left."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from vardkase.core.mail.facts import sample_facts
from vardkase.core.mail.kinds import LANGUAGES, MailKind, all_kinds
from vardkase.hub.correspondence.letters.writing import Contents, preview

LETTERS = [kind for kind in all_kinds() if kind.is_letter and not kind.is_section]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LETTERS, ids=lambda kind: kind.name)
def test_letter_renders_with_sample_facts(kind: MailKind) -> None:
    facts = {language: sample_facts(kind, language) for language in LANGUAGES}
    signatures = {language: ["Per Nyström"] for language in LANGUAGES}
    contents = Contents(
        kind.name, "2026-00017", "CERT-SE", ["Skogsby kommun"], facts, signatures, translated=True
    )
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(preview(contents))).pages)
    assert "{" not in text
    for language in LANGUAGES:
        # The PDF breaks and hyphenates lines; only the first word of the heading is certain to be whole.
        assert kind.texts[language].subject.split()[0] in text
