"""Drafts of reports, and edits that meet: nothing that somebody has written is lost."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.factories.event_page import text_of, visitor
from tests.factories.seed import Seed
from tests.web.report_case import Case
from vardkase.intel.event_reports.models import ReportDraft
from vardkase.intel.models import EventReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def case(seed: Seed) -> Case:
    return Case(seed)


def test_draft_is_kept_continued_and_dropped_when_saved(case: Case, seed: Seed) -> None:
    path = f"{case.url}/reports/new/"
    sent = case.form(case.web, path) | {"name": "Half", "content": f"Half {case.reference('evil.example')}"}
    kept = case.web.post(f"{case.url}/reports/draft/", sent)
    assert "evil<wbr>[.]example" in kept.text
    assert "Draft kept" in kept.text
    assert not EventReport.objects.exists()
    again = text_of(case.web.get(path))
    assert "You have a draft" in again
    assert "Half @[" not in again  # It is offered, and does not replace what is begun now.
    assert "Half @[" in text_of(case.web.get(f"{path}?draft={sent['draft']}"))
    # Nobody else sees it, takes it over or throws it away.
    colleague = visitor(seed.org_admin)
    assert "You have a draft" not in text_of(colleague.get(path))
    assert colleague.get(f"{path}?draft={sent['draft']}").status_code == 404
    taken = colleague.post(f"{case.url}/reports/draft/", sent | {"content": "taken over"})
    assert "Draft kept" not in taken.text
    colleague.post(f"{case.url}/reports/draft/{sent['draft']}/discard/")
    assert ReportDraft.objects.get().content.startswith("Half")
    assert case.web.post(path, sent).status_code == 302
    assert not ReportDraft.objects.exists()
    sent["draft"] = str(uuid4())
    case.web.post(f"{case.url}/reports/draft/", sent)
    case.web.post(f"{case.url}/reports/draft/{sent['draft']}/discard/")
    assert not ReportDraft.objects.exists()


def test_drafts_are_bounded_and_say_why_they_are_not_kept(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vardkase.intel.event_reports.drafts.MOST_DRAFTS", 1)
    address, sent = f"{case.url}/reports/draft/", {"name": "One", "content": "x"}
    assert "Draft kept" in case.web.post(address, sent | {"draft": str(uuid4())}).text
    assert "You have 1 drafts" in case.web.post(address, sent | {"draft": str(uuid4())}).text
    long = case.web.post(address, sent | {"draft": str(uuid4()), "name": "n" * 300})
    assert "The draft was not kept" in long.text
    assert ReportDraft.objects.count() == 1


def test_conflicting_edit_is_shown_and_nothing_is_lost(case: Case, seed: Seed) -> None:
    path = case.written("Old text", name="Report")
    mine = case.form(case.web, f"{path}edit/") | {"content": "My text"}
    case.web.post(f"{case.url}/reports/draft/", mine | {"report": path.rstrip("/").rsplit("/", 1)[1]})
    colleague = visitor(seed.org_admin)
    theirs = case.form(colleague, f"{path}edit/") | {"content": "Their text"}
    assert colleague.post(f"{path}edit/", theirs).status_code == 302
    answer = case.web.post(f"{path}edit/", mine)
    assert answer.status_code == 409
    assert "Someone else changed this" in answer.text
    assert "Their text" in answer.text
    assert "My text" in answer.text
    assert EventReport.objects.get().content == "Their text"
    assert ReportDraft.objects.get().content == "My text"
    # A second conflict is noticed as well: the page has the token of what it showed.
    over = mine | {"mark": answer.context["mark"]}
    colleague.post(f"{path}edit/", case.form(colleague, f"{path}edit/") | {"content": "Their second"})
    assert case.web.post(f"{path}edit/", over).status_code == 409
    latest = case.form(case.web, f"{path}edit/")["mark"]
    assert case.web.post(f"{path}edit/", mine | {"mark": latest}).status_code == 302
    assert EventReport.objects.get().content == "My text"
    # A form without a token, or with one of somebody's invention, overwrites nothing.
    for mark in ("", "x"):
        assert case.web.post(f"{path}edit/", mine | {"mark": mark, "content": "!"}).status_code == 409
