"""Evaluations: opened with goals and questions, written in, closed with the figures of their period."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories.memberships import Desk, at_the_screen, make_desk
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationNote
from vardkase.hub.office.evaluations.services import (
    add_note,
    close_evaluation,
    open_evaluation,
    write_evaluation,
)
from vardkase.hub.office.quarterly.periods import Period, compared_days, this_quarter
from vardkase.hub.office.quarterly.services import issue_report

ENGLISH = {"accept-language": "en"}
FORM = {
    "title": "Fas 1 <b>",
    "phase": "1",
    "first": "2026-01-01",
    "last": "2026-03-31",
    "goals": "Tio medlemmar.",
    "questions": "Kom de?\nDelade de?",
}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None) -> Desk:
    return make_desk(seed)


def test_phase_is_evaluated(seed: Seed, desk: Desk) -> None:
    web = signed_in(desk.officer)
    assert "No evaluations yet" in web.get("/office/evaluations/", headers=ENGLISH).content.decode()
    assert web.post("/office/evaluations/new/", FORM | {"last": "2025-12-31"}).status_code == 422
    assert web.post("/office/evaluations/new/", FORM).status_code == 302
    made = Evaluation.objects.get()
    address = f"/office/evaluations/{made.pk}/"
    assert (
        "Fas 1 &lt;b&gt;"
        in web.get("/office/evaluations/?q=fas&state=open", headers=ENGLISH).content.decode()
    )
    assert "No evaluations match" in web.get("/office/evaluations/?q=x", headers=ENGLISH).content.decode()

    assert web.post(f"{address}notes/", {"text": "Workshop med regionerna"}).status_code == 302
    assert web.post(f"{address}notes/", {"text": "Deltagare", "value": "12.50"}).status_code == 302
    assert web.post(f"{address}notes/", {"text": "Deltagare", "value": "1.234"}).status_code == 422
    assert web.post(f"{address}notes/", {"text": "Fel"}).status_code == 302
    wrong = EvaluationNote.objects.get(text="Fel")
    assert "Its text stays" in web.get(f"{address}notes/{wrong.pk}/remove/", headers=ENGLISH).content.decode()
    assert web.post(f"{address}notes/{wrong.pk}/remove/").status_code == 302
    assert not EvaluationNote.objects.filter(text="Fel").exists()
    assert AuditEntry.objects.get(action="evaluation.note_removed").change["text"] == "Fel"

    # Nothing is closed half-written. A colleague's change in between is shown, not overwritten.
    web.post(f"{address}close/")
    seen = web.get(f"{address}write/").context["version"].mark
    assert (
        web.post(f"{address}change/", FORM | {"questions": "Delade de?\nVad kostade det?"}).status_code == 302
    )
    texts = {"tried": "Inbjudan", "learnt": "Mer stöd", "answer_0": "Ja", "answer_1": "Lite"}
    assert web.post(f"{address}write/", texts | {"mark": seen}).status_code == 409
    assert web.post(f"{address}write/", texts).status_code == 302
    # An answer goes with its question.
    assert (
        web.post(f"{address}change/", FORM | {"questions": "Vad kostade det?\nDelade de?"}).status_code == 302
    )
    made.refresh_from_db()
    assert made.questions == [
        {"text": "Vad kostade det?", "answer": "Lite"}, {"text": "Delade de?", "answer": "Ja"},
    ]  # fmt: skip
    assert made.is_open
    assert web.post(f"{address}close/").status_code == 302
    made.refresh_from_db()
    assert not made.is_open
    assert [period[0] for period in made.figures["periods"]] == ["2026-01-01", "2025-10-03", "2025-01-01"]
    page = web.get(address, headers=ENGLISH).content.decode()
    for words in ("Mer stöd", "12.50", "Members by legal form", "The figures are those of that day"):
        assert words in page
    with pytest.raises(Conflict):
        add_note(at_the_screen(desk.officer), made.pk, "x")

    printed = web.get(f"{address}evaluation.pdf", headers={"accept-language": "sv"})
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(b"".join(printed))).pages)
    for words in (
        "Fas 1 <b>",
        "Vad vi lärde oss",
        "Workshop med regionerna",
        "12,5",
        "Medlemmar efter organisationsform",
    ):
        assert words in text
    answer = b"".join(web.get(f"{address}?format=csv", headers=ENGLISH)).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(answer)))
    assert {"Part": "Number", "What": "Deltagare", "The period": "12.50"}.items() <= rows[6].items()
    assert any(row["What"] == "Applications for membership: Registered" for row in rows)
    for form in ("csv", "xlsx"):
        assert b"".join(web.get(f"/office/evaluations/?format={form}"))
    assert web.post(f"{address}reopen/").status_code == 302
    made.refresh_from_db()
    assert made.is_open
    assert made.figures is None


def test_bounds_and_who_may(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    data: dict[str, Any] = {"title": "T", "first": today(), "last": today(), "goals": "G", "questions": ["Q"]}
    for wrong, field in (
        ({"title": " "}, "title"),
        ({"goals": "x" * 10_001}, "goals"),
        ({"phase": 99}, "phase"),
        ({"first": None}, "first"),
        ({"first": today() + timedelta(days=1)}, "last"),
        ({"first": date(2019, 1, 1)}, "first"),
        ({"questions": ["Q\0"]}, "questions"),
        ({"questions": [f"Q{number}" for number in range(31)]}, "questions"),
    ):
        with pytest.raises(Invalid) as refused:
            open_evaluation(officer, data | wrong)
        assert [*refused.value.errors] == [field]
    made = open_evaluation(officer, data)
    write_evaluation(officer, made.pk, "a", "b", ["c"])
    with pytest.raises(Conflict):
        write_evaluation(officer, made.pk, "a", "b", [])
    # Its last day is today.
    with pytest.raises(Conflict):
        close_evaluation(officer, made.pk)
    for outsider in (desk.admin, desk.operator):
        assert signed_in(outsider).get(f"/office/evaluations/{made.pk}/").status_code == 403
        with pytest.raises(Forbidden):
            add_note(at_the_screen(outsider), made.pk, "x")
    leap = compared_days(Period(date(2024, 2, 29), date(2024, 2, 29)))
    assert [period.first for period in leap] == [date(2024, 2, 29), date(2024, 2, 28), date(2023, 2, 28)]


def test_reports_and_evaluations_over_the_api(seed: Seed, desk: Desk) -> None:
    officer = at_the_screen(desk.officer)
    made = open_evaluation(
        officer,
        FORM | {"phase": 1, "first": date(2026, 1, 1), "last": date(2026, 3, 31), "questions": ["Kom de?"]},
    )
    add_note(officer, made.pk, "Deltagare", Decimal(12))
    report = issue_report(officer, this_quarter().later(-1))
    key = desk.officer.key
    (listed,) = call(key, "GET", "/quarterlyReports/index")[1]
    assert (listed["QuarterlyReport"]["number"], "figures" in listed["QuarterlyReport"]) == (
        str(report),
        False,
    )
    shown = call(key, "GET", f"/quarterlyReports/view/{report.pk}")[1]["QuarterlyReport"]
    assert shown["figures"] == report.figures
    now = call(key, "GET", f"/quarterlyReports/figures/{report.year}/{report.quarter}")[1]["QuarterlyFigures"]
    assert len(now["tables"]) == len(report.figures["tables"]) > 5
    (listed,) = call(key, "GET", "/evaluations/index")[1]
    assert "goals" not in listed["Evaluation"]
    shown = call(key, "GET", f"/evaluations/view/{made.pk}")[1]["Evaluation"]
    assert (shown["goals"], shown["notes"][0]["value"], shown["questions"][0]["text"]) == (
        "Tio medlemmar.",
        12.0,
        "Kom de?",
    )
    for address in (f"/quarterlyReports/download/{report.pk}/en", f"/evaluations/download/{made.pk}/sv"):
        answer = Client().get(address, headers={"authorization": key, "accept": "application/json"})
        assert b"".join([answer.content])[:5] == b"%PDF-", address
        assert call(key, "GET", address[:-2] + "de")[0] == 404
    for address in ("/quarterlyReports/index", "/evaluations/index", f"/evaluations/view/{made.pk}"):
        assert call(seed.org_admin.key, "GET", address)[0] == 403
