"""The quarterly report: figures of any quarter, what they must not tell, a document once issued, mail to management."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from pypdf import PdfReader

from tests.factories import make_event, make_organisation
from tests.factories.memberships import Desk, at_the_screen, make_desk
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.core.settings.models import SettingValue
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership, Restriction
from vardkase.hub.office.quarterly import services
from vardkase.hub.office.quarterly.models import QuarterlyReport
from vardkase.hub.office.quarterly.periods import Quarter, compared, quarter_named, this_quarter
from vardkase.hub.office.quarterly.queries import quarterly_figures
from vardkase.hub.office.quarterly.services import issue_last_quarter, issue_report, send_report
from vardkase.hub.office.quarterly.settings import RECIPIENTS
from vardkase.hub.public_records.cases.models import RecordsCase
from vardkase.intel.models import EventVersion, Snapshot

ENGLISH = {"accept-language": "en"}
LAST = this_quarter().later(-1)
MIDDLE = LAST.period.since + timedelta(days=40)


@pytest.fixture
def desk(seed: Seed, password_is_enough: None, settings: Any) -> Desk:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    return make_desk(seed)


def membership(name: str, sector: str, began: datetime, **facts: Any) -> Membership:
    made = Membership.objects.create(
        organisation=make_organisation(name), sector=sector, connection="web", state="active", **facts
    )
    Membership.objects.filter(pk=made.pk).update(began=began)
    return made


def published(member: Membership, at: datetime, distribution: int = 1) -> None:
    event = make_event(member.organisation, published=True, distribution=distribution)
    event.save()
    snapshot, _ = Snapshot.objects.get_or_create(sha256="0" * 64, document=b"", size=0)
    EventVersion.objects.create(
        event_id=event.pk,
        event_uuid=event.uuid,
        version=1,
        snapshot=snapshot,
        published_at=int(at.timestamp()),
        published_by="x",
        distribution=distribution,
    )


def table(figures: Any, name: str) -> dict[str, Any]:
    (found,) = (each["rows"] for each in figures["tables"] if each["name"] == name)
    return {row["name"]: row["values"] for row in found}


def test_figures_of_members_and_cases(seed: Seed, desk: Desk) -> None:
    long_ago, before = LAST.period.since - timedelta(days=500), LAST.period.since - timedelta(days=20)
    old = membership("Old", "region", long_ago)
    membership("New", "region", MIDDLE)
    membership("Gone", "municipality", before, ended=MIDDLE)
    ban = Restriction.objects.create(membership=old, kind="suspended", cause="officer", reason="x")
    Restriction.objects.filter(pk=ban.pk).update(since=before, lifted=LAST.period.since + timedelta(days=1))
    for number, days in enumerate((1, 2, 3, 4, 40)):
        decided = MIDDLE + timedelta(days=1)
        Application.objects.create(
            number=f"a{number}", state="approved", submitted=decided - timedelta(days=days), decided=decided
        )
    Application.objects.create(number="open", state="submitted", submitted=MIDDLE - timedelta(days=60))
    figures = quarterly_figures(at_the_screen(desk.officer), LAST)
    sectors = table(figures, "members_sector")
    assert sectors["region"] == {
        "at_start": [1, 1, 1], "joined": [1, 0, 0], "left": [0, 0, 0], "at_end": [2, 1, 1], "suspended": [1, 1, 0],
    }  # fmt: skip
    assert [sectors["municipality"][name] for name in ("at_start", "left", "at_end")] == [
        [1, 0, 0], [1, 0, 0], [0, 1, 0],
    ]  # fmt: skip
    assert sectors["total"]["at_end"] == [2, 2, 1]
    cases = table(figures, "cases")["application"]
    assert [cases[name][0] for name in ("concluded", "open", "overdue", "median_days")] == [5, 1, 2, 3.0]
    assert cases["p90_days"][0] == pytest.approx(25.6)
    assert cases["median_days"][2] is None

    # The cases of other authorities are counted only when at least three have some.
    others = [make_organisation(f"Authority {number}") for number in range(3)]
    for number, authority in enumerate((seed.hub, *others[:2])):
        RecordsCase.objects.create(authority=authority, number=str(number), channel="page", asked_at=MIDDLE)
    assert table(quarterly_figures(at_the_screen(desk.officer), LAST), "public_records")["registered"] == {
        "own": [1, 0, 0], "all": [None, None, None],
    }  # fmt: skip
    RecordsCase.objects.create(authority=others[2], number="3", channel="page", asked_at=MIDDLE)
    assert table(quarterly_figures(at_the_screen(desk.officer), LAST), "public_records")["registered"]["all"] == [
        4, None, None,
    ]  # fmt: skip


def test_figures_of_sharing_tell_of_no_single_member(seed: Seed, desk: Desk) -> None:
    began = LAST.period.since - timedelta(days=1)
    towns = [membership(f"Town {number}", "municipality", began) for number in range(6)]
    regions = [membership(f"Region {number}", "region", began) for number in range(5)]
    company = membership("Company", "private_company", began)
    for town in towns[:3]:
        published(town, MIDDLE)
    # Nobody's hidden event is counted, and nothing published at another time.
    for distribution in (0, 4):
        published(towns[4], MIDDLE, distribution)
    published(towns[4], LAST.period.until)
    officer = at_the_screen(desk.officer)
    # One region and one company: neither has a line, and both together are of too few organisations.
    published(regions[0], MIDDLE)
    published(company, MIDDLE)
    found = table(quarterly_figures(officer, LAST), "sharing")
    assert found.keys() == {"region+municipality+private_company", "total"}
    assert found["total"]["events"] == [5, 0, 0]
    # With a third region, regions and the company are a line of their own, but still not the company.
    published(regions[1], MIDDLE)
    found = table(quarterly_figures(officer, LAST), "sharing")
    assert {name: line["events"][0] for name, line in found.items()} == {
        "municipality": 3, "region+private_company": 3, "total": 6,
    }  # fmt: skip
    # In this quarter one town has published: that is not told, not even as a total.
    now = this_quarter()
    assert table(quarterly_figures(officer, now), "sharing") == {}
    web = signed_in(desk.officer)
    address = f"/office/reports/{now.year}/{now.number}/"
    assert "what a single member did" in web.get(address, headers=ENGLISH).content.decode()


def test_report_is_issued_and_stays_as_it_was(
    seed: Seed, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    membership("Old", "region", LAST.period.since - timedelta(days=500))
    web = signed_in(desk.officer)
    address = f"/office/reports/{LAST.year}/{LAST.number}/"
    assert "No report has been issued yet" in web.get("/office/reports/", headers=ENGLISH).content.decode()
    assert "Not issued" in web.get("/office/reports/", headers=ENGLISH).content.decode()
    now = this_quarter()
    assert (
        "under way" in web.get(f"/office/reports/{now.year}/{now.number}/", headers=ENGLISH).content.decode()
    )
    assert web.get(f"{address}issue/").status_code == 200
    assert web.post(f"{address}issue/").status_code == 302
    report = QuarterlyReport.objects.get()
    shown = web.get(f"/office/reports/issued/{report.pk}/", headers=ENGLISH).content.decode()
    assert f"{LAST}:1, issued on" in shown
    for language, words in (("sv", "Medlemmar efter organisationsform"), ("en", "Members by legal form")):
        printed = web.get(f"/office/reports/issued/{report.pk}/report-{language}.pdf")
        text = pdf_text(printed)
        assert words in text
        assert f"{LAST}:1" in text
    assert web.get(f"/office/reports/issued/{report.pk}/report-de.pdf").status_code == 404

    # What happens later changes the figures of the quarter, and not those of its report.
    membership("Late", "region", MIDDLE)
    kept = json.loads(b"".join(web.get(f"/office/reports/issued/{report.pk}/figures.json")))
    fresh = json.loads(b"".join(web.get(f"{address}figures.json")))
    assert [table(each, "members_sector")["region"]["at_end"][0] for each in (kept, fresh)] == [1, 2]
    lines = web.get(f"/office/reports/issued/{report.pk}/?format=csv", headers=ENGLISH)
    rows = list(csv.DictReader(StringIO(b"".join(lines).decode("utf-8-sig"))))
    (end,) = (row for row in rows if (row["Table"], row["Line"], row["Figure"]) == (
        "Members by legal form", "Region", "At the end"))  # fmt: skip
    assert (end["The quarter"], end["The same quarter last year"]) == ("1", "1")
    for wrong in ({"year": 2019}, {"reason": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            QuarterlyReport.objects.update(**wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        report.delete()

    # Typesetting takes the time of this test.
    monkeypatch.setattr(services, "report_pdf", lambda *_: b"%PDF")
    assert web.post(f"{address}issue/", {"reason": ""}).status_code == 422
    assert web.post(f"{address}issue/", {"reason": "Medlem saknades"}).status_code == 302
    page = web.get("/office/reports/", headers=ENGLISH).content.decode()
    assert f"{LAST}:2" in page
    assert "Medlem saknades" in page
    for form in ("csv", "xlsx"):
        assert b"".join(web.get(f"/office/reports/?format={form}"))


def test_report_is_mailed_and_read_by_those_who_may(
    seed: Seed, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "report_pdf", lambda *_: b"%PDF")
    officer = at_the_screen(desk.officer)
    assert issue_last_quarter() == 1
    assert issue_last_quarter() == 0
    report = QuarterlyReport.objects.get()
    assert not SentMail.objects.exists()
    with pytest.raises(Conflict):
        send_report(officer, report.pk)
    assert RECIPIENTS.check("chef@hub.example, gd@hub.example") is None
    assert RECIPIENTS.check("chef@hub.example, gd") is not None
    assert RECIPIENTS.check(",".join(f"a{number}@hub.example" for number in range(21))) is not None
    addresses = "chef@hub.example, gd@hub.example, chef@hub.example"
    SettingValue.objects.create(name=RECIPIENTS.name, value=addresses)
    assert signed_in(desk.officer).post(f"/office/reports/issued/{report.pk}/send/").status_code == 302
    sent = SentMail.objects.filter(kind="quarterly_report")
    assert {mail.recipient for mail in sent} == {"chef@hub.example", "gd@hub.example"}
    assert {len(mail.attachments) for mail in sent} == {2}
    assert OutgoingMail.objects.count() == 2

    with pytest.raises(Conflict):
        issue_report(officer, this_quarter())
    with pytest.raises(Invalid):
        issue_report(officer, LAST)
    for year, number in ((2019, 1), (LAST.year, 0), (LAST.year, 5), (timezone.localdate().year + 1, 1)):
        with pytest.raises(NotFound):
            quarter_named(year, number)
    for outsider in (desk.admin, desk.operator):
        for address in (
            "",
            f"{LAST.year}/{LAST.number}/",
            f"issued/{report.pk}/",
            f"issued/{report.pk}/figures.json",
        ):
            assert signed_in(outsider).get(f"/office/reports/{address}").status_code == 403
        with pytest.raises(Forbidden):
            issue_report(at_the_screen(outsider), LAST, "x")
        with pytest.raises(Forbidden):
            send_report(at_the_screen(outsider), report.pk)


def pdf_text(answer: Any) -> str:
    return "".join(each.extract_text() for each in PdfReader(BytesIO(b"".join(answer))).pages)


def test_quarters_follow_each_other() -> None:
    assert Quarter(2026, 1).later(-1) == Quarter(2025, 4)
    assert [period.first.isoformat() for period in compared(Quarter(2026, 4))] == [
        "2026-10-01", "2026-07-01", "2025-10-01",
    ]  # fmt: skip
    assert Quarter(2026, 4).period.until.astimezone(UTC) == datetime(2026, 12, 31, 23, tzinfo=UTC)
