"""Diagrams in reports: drawn as pictures by the hub, with their text below, and never as markup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from tests.factories.event_page import bytes_of, text_of, visitor
from tests.factories.seed import Seed
from tests.web.report_case import Case
from vardkase.core import optional_parts
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.png import is_png
from vardkase.core.sandbox import LimitReached, Limits, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.formats import diagrams
from vardkase.formats.diagrams import turns
from vardkase.intel.models import EventReport
from vardkase.web.intel.event_reports import diagrams as drawing_pages

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
    # What is known to be wrong is said in words.
    assert "Line 1 cannot be read: graph TD; A--" in text_of(reader.get(path))
    # The preview of what is not saved has no pictures.
    preview = case.web.post(f"{case.url}/reports/draft/", {"content": fenced(SEQUENCE)})
    assert "The diagram is drawn when the report has been saved." in text_of(preview)
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
    # What was drawn before is kept, and free; what is new is charged.
    drawing_pages.DRAWINGS.spend(seed.stranger.user.pk, drawing_pages.DRAWINGS.allowed)
    assert reader.get(f"{path}diagram/0/").status_code == 200
    EventReport.objects.update(content=fenced(f"{SEQUENCE}  B->>C: Sends on\n"))
    assert reader.get(f"{path}diagram/0/").status_code == 409
    assert case.web.get(f"{path}diagram/0/").status_code == 200
    EventReport.objects.update(distribution=0)
    assert visitor(seed.stranger).get(f"{path}diagram/0/").status_code == 404
    assert case.web.get(f"{path}diagram/0/").status_code == 200
    other = Case(seed)
    assert case.web.get(path.replace(case.url, other.url) + "diagram/0/").status_code == 404


def test_the_line_that_is_wrong_is_named(seed: Seed) -> None:
    case = Case(seed)
    drafts = f"{case.url}/reports/draft/"
    lines = {
        "sequenceDiagram\n  loop x\n    A->>B: x\n    <b>nonsense\n  end\n  B->>A: y": "Line 4 cannot be read: &lt;b",
        "---\ntitle: x\n---\nflowchart LR\n  A-->B\n  C-->": "Line 6 cannot be read: C--&gt;",
        "pie\n  x y z": "Line 2 cannot be read: x y z",
        "sequenceDiagram\n  wrong\n  A->>B: x\n  wrong too": "Line 2 cannot be read: wrong",
        "nonsense\n  more": "The diagram could not be drawn.",
    }
    for source, said in lines.items():
        preview = text_of(case.web.post(drafts, {"content": fenced(source)}))
        assert '<span class="error">' in preview
        assert said in preview
    broken = fenced(SEQUENCE, *lines)
    case.written(broken)
    fields = {"name": "Report", "content": broken, "distribution": "5", "act": "save"}
    answer = case.web.post(f"{case.url}/reports/new/", fields, follow=True)
    page = text_of(answer)
    assert "A diagram cannot be drawn. The report says which line is wrong." in page
    assert page.count('class="report-diagram"') == 1
    assert all(said in page for said in lines.values())
    # Whoever has used up the checks is told nothing more, and can still write and read.
    drawing_pages.CHECKS.spend(seed.analyst.user.pk, drawing_pages.CHECKS.allowed)
    preview = text_of(case.web.post(drafts, {"content": fenced("pie\n  1 2 3")}))
    assert "The diagram is drawn when the report has been saved." in preview


def test_what_cannot_be_drawn_is_tried_once(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(seed)
    case.publish()
    costly = "kanban\n" + "".join(f" c{n}\n" for n in range(2_800))
    path = case.written(fenced(costly, FLOW, costly, costly))
    reader = visitor(seed.stranger)
    # Equal ones are asked for once.
    page = text_of(reader.get(path))
    assert [page.count(f'src="{path}diagram/{n}/"') for n in range(4)] == [3, 1, 0, 0]
    short = SandboxPool("vardkase.formats.diagrams.program", Limits(seconds=1, at_once=1))
    monkeypatch.setattr(diagrams, "drawings", short)
    words = diagrams.picture_of("The diagram could not be drawn.")
    assert reader.get(f"{path}diagram/0/").content == words
    used = drawing_pages.DRAWINGS.spend(seed.stranger.user.pk, 0).times
    assert used > 1

    def never(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(short, "job", never)
        for number in (0, 2, 3):  # Nor by another of the four, nor for anybody else.
            assert reader.get(f"{path}diagram/{number}/").content == words
            assert case.web.get(f"{path}diagram/{number}/").content == words
    assert drawing_pages.DRAWINGS.spend(seed.stranger.user.pk, 0).times == used

    # A busy sandbox says nothing about the source, which is tried again.
    def busy(*_: object) -> None:
        raise LimitReached(SandboxProblem.BUSY())

    EventReport.objects.update(content=fenced("graph TD\n  A --> C\n"))
    with monkeypatch.context() as patch:
        patch.setattr(short, "job", busy)
        assert reader.get(f"{path}diagram/0/").content == words
    assert reader.get(f"{path}diagram/0/").content != words


def test_account_waits_for_its_own_diagrams_and_not_for_those_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def job(_arguments: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(ask=lambda source: [source])

    monkeypatch.setattr(diagrams, "drawings", SimpleNamespace(job=job))
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.05)

    def drawn(source: str, user_id: int) -> bytes | None:
        return diagrams.drawn(source, diagrams.DrawnAs.PNG, user_id)

    with diagrams._turns.of(1):
        assert drawn("own, waiting", 1) is None
        assert drawn("another's", 2) == b"another's"
        assert drawn("another's", 1) == b"another's"  # Drawn already.
        monkeypatch.setattr(turns, "LONGEST_WAIT", 600)
        monkeypatch.setattr(turns, "MOST_WAITING", 1)
        assert drawn("own, too many", 1) is None
    assert drawn("own, waiting", 1) == b"own, waiting"
    assert diagrams._turns._waiting == {}
