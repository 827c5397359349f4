"""Diagrams in reports: drawn as pictures by the hub, with their text below, and never as markup."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.factories.event_page import bytes_of, text_of, visitor
from tests.factories.seed import Seed
from tests.web.report_case import Case
from vardkase.core import optional_parts
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.png import is_png
from vardkase.formats import diagrams
from vardkase.intel.models import EventReport
from vardkase.web.intel.event_reports import reports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

FLOW = (
    'graph TD\n  A["Mail <script>alert(1)</script>"] -->|opened| B{Macro}\n  click A "javascript:alert(1)"\n'
)
SEQUENCE = "sequenceDiagram\n  A->>B: Sends\n"
BROKEN = "graph TD; A--"
AS_TEXT = "Diagram in Mermaid notation, shown as text"


def fenced(*sources: str) -> str:
    return "\n\n".join(f"```mermaid\n{source}\n```" for source in sources)


def test_diagrams_are_pictures_with_their_text_below(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(seed)
    case.publish()
    path = case.written(fenced(FLOW, SEQUENCE, BROKEN))
    reader = visitor(seed.stranger)
    page = text_of(reader.get(path))
    assert [f"{path}diagram/{n}/" in page for n in range(4)] == [True, True, True, False]
    assert page.count("Description in Mermaid notation") == 3
    assert "<script>alert" not in page
    assert "A-&gt;&gt;B: Sends" in page
    for number in (0, 1, 2):  # The last says in words that it could not be drawn.
        answer = reader.get(f"{path}diagram/{number}/")
        assert answer["Content-Type"] == "image/png"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert is_png(answer.content)
    for number in (3, 99999):
        assert reader.get(f"{path}diagram/{number}/").status_code == 404
    words = diagrams.picture_of("The diagram could not be drawn.")
    shown = [reader.get(f"{path}diagram/{number}/").content == words for number in range(3)]
    assert shown == [False, False, True]
    # The preview of what is not saved has no pictures.
    preview = case.web.post(f"{case.url}/reports/draft/", {"content": fenced(SEQUENCE)})
    assert AS_TEXT in text_of(preview)
    # In print as well; what cannot be drawn stays text.
    document = PdfReader(BytesIO(bytes_of(reader.get(f"{path}pdf/"))))
    text = "".join(one.extract_text() for one in document.pages)
    assert (text.count(AS_TEXT), BROKEN in text, "sequenceDiagram" in text) == (1, True, False)

    with monkeypatch.context() as patch:
        patch.setattr(diagrams, "LONGEST_SOURCE", 10)
        assert reader.get(f"{path}diagram/0/").content == words
    with monkeypatch.context() as patch:
        patch.setitem(optional_parts.PARTS, OptionalPart.DIAGRAMS, ("Mermaid", ("nowhere",)))
        assert text_of(reader.get(path)).count(AS_TEXT) == 3
    reports.DRAWINGS.spend(seed.stranger.user.pk, reports.DRAWINGS.allowed)
    assert reader.get(f"{path}diagram/0/").status_code == 409
    EventReport.objects.update(distribution=0)
    assert visitor(seed.stranger).get(f"{path}diagram/0/").status_code == 404
    assert case.web.get(f"{path}diagram/0/").status_code == 200
    other = Case(seed)
    assert case.web.get(path.replace(case.url, other.url) + "diagram/0/").status_code == 404
