"""One inbox for what waits: owners, hand-over, absence with a deputy, and the calendar of deadlines."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership.applications import submitted, under_review
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.config.logs import RouteLogFilter
from vardkase.core.clock import today
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.customer_service.services import ask
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.office.absence.models import Absence
from vardkase.hub.office.absence.services import end_absence, register_absence
from vardkase.hub.office.calendar.models import CalendarLink
from vardkase.hub.office.inbox.queries import Due, InboxFilter, InboxTask, Whose, inbox
from vardkase.hub.office.inbox.services import hand_over
from vardkase.hub.office.inbox.telling import tell_deputies
from vardkase.hub.open_tasks.registry import open_tasks

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def desk(seed: Seed, password_is_enough: None, settings: Any) -> Desk:
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"
    return make_desk(seed)


def mails_to(who: ApiUser) -> list[OutgoingMail]:
    found = OutgoingMail.objects.filter(recipient=who.user.email, subject__contains="uppgift")
    return [*found, *OutgoingMail.objects.filter(recipient=who.user.email, subject__contains="ersättare")]


def waiting(who: ApiUser, **by: Any) -> dict[str, InboxTask]:
    return {line.key: line for line in inbox(at_the_screen(who), InboxFilter(**by))}


def test_tasks_are_owned_handed_over_and_go_to_the_deputy(seed: Seed, desk: Desk) -> None:
    officer, second = at_the_screen(desk.officer), at_the_screen(desk.second)
    case = under_review(officer)
    member(desk, seed.org_b)
    fault = ask(at_the_screen(desk.admin), {"kind": "fault", "subject": "Avbrott", "text": "Inget fungerar."})
    legal = ask(at_the_screen(desk.admin), {"kind": "legal", "subject": "Villkor", "text": "Vad gäller?"})
    of_case, of_legal = f"application/{case.number}", f"support_request/{legal.pk}"

    # Each desk sees its own, with owner and deadline.
    everything = waiting(desk.officer)
    assert {of_case, of_legal} <= set(everything)
    assert everything[of_case].owner == desk.officer.user
    assert everything[of_case].task.deadline is not None
    assert everything[of_legal].owner is None
    assert set(waiting(desk.operator)) == {f"support_request/{fault.pk}"}
    counted = {task.label: task.count for task in open_tasks(officer)}
    assert sum(counted.values()) == len(everything)
    assert set(waiting(desk.second, whose=Whose.MINE)) == set()

    # Handed over on the page; the packages that keep an owner keep the new one.
    page = signed_in(desk.officer).post(
        reverse("inbox_hand_over"),
        {"task": [of_case, of_legal], "owner": desk.second.user.pk, "act": "give"},
        follow=True,
        headers=ENGLISH,
    )
    assert "2 tasks were handed over." in page.content.decode()
    assert set(waiting(desk.second, whose=Whose.MINE)) == {of_case, of_legal}
    legal.refresh_from_db()
    assert legal.owner == desk.second.user
    # The new owner is told, and of nothing but that; whoever takes a task knows.
    (told,) = mails_to(desk.second)
    assert "2 uppgifter" in told.subject
    assert not {case.number, "Villkor"} & set(f"{told.subject} {told.text}".split())
    hand_over(second, [("support_request", str(legal.pk))], desk.second.user.pk)
    assert mails_to(desk.second) == [told]
    with pytest.raises(Invalid):  # The operator answers no legal questions,
        hand_over(officer, [("support_request", str(legal.pk))], desk.operator.user.pk)
    with pytest.raises(NotFound):  # and knows of none.
        hand_over(at_the_screen(desk.operator), [("support_request", str(legal.pk))], desk.operator.user.pk)
    with pytest.raises(Forbidden):
        inbox(at_the_screen(desk.admin), InboxFilter())

    # Away: the deputy has them, but none in which they have declared an interest.
    absence = register_absence(officer, desk.second.user.pk, desk.officer.user.pk, today(), today())
    assert (tell_deputies(), tell_deputies()) == (1, 0)
    (told,) = mails_to(desk.officer)
    assert "Just nu har du tagit över 2 uppgifter" in told.text
    mine = waiting(desk.officer, whose=Whose.MINE)
    assert {of_case, of_legal} <= set(mine)
    assert mine[of_case].absent == desk.second.user
    assert not waiting(desk.second, whose=Whose.MINE)
    Partiality.objects.create(application=case, user=desk.officer.user, reason="Min bror.")
    assert of_case not in waiting(desk.officer)
    left = waiting(desk.second, whose=Whose.NOBODYS)
    assert left[of_case].owner is None
    assert left[of_case].absent == desk.second.user
    with pytest.raises(Invalid):
        hand_over(second, [("application", case.number)], desk.officer.user.pk)
    shown = signed_in(desk.second).get(reverse("inbox"), headers=ENGLISH).content.decode()
    assert "You are registered as away until" in shown
    assert f"for {desk.second.user.email}, who is away" in shown
    end_absence(second, absence.pk)
    assert of_case in waiting(desk.second, whose=Whose.MINE)
    assert AuditEntry.objects.filter(action__in=("absence.registered", "absence.ended")).count() == 2
    assert AuditEntry.objects.filter(action="application.handed_over").count() == 1


def test_absence_names_what_is_wrong_and_changes_nothing(seed: Seed, desk: Desk) -> None:
    officer, first, second = at_the_screen(desk.officer), desk.officer.user.pk, desk.second.user.pk
    week = today() + timedelta(days=7)
    for given, field in (
        ((first, first, today(), week), "deputy"),
        ((first, desk.operator.user.pk, today(), week), "deputy"),
        ((first, desk.admin.user.pk, today(), week), "deputy"),
        ((first, second, week, today()), "last"),
        ((first, second, today(), today() + timedelta(days=400)), "last"),
        ((first, second, today() - timedelta(days=9), today() - timedelta(days=2)), "last"),
    ):
        with pytest.raises(Invalid) as refused:
            register_absence(officer, *given)
        assert list(refused.value.errors) == [field], given
    register_absence(officer, first, second, week, week)
    for given, field in (
        ((first, second, today(), week), "first"),
        ((second, first, week, week), "deputy"),
    ):
        with pytest.raises(Invalid) as refused:
            register_absence(officer, *given)
        assert list(refused.value.errors) == [field]
    page = signed_in(desk.officer).post(
        reverse("absences"),
        {"user": second, "deputy": second, "first": "2026-01-01", "last": "x"},
        headers=ENGLISH,
    )
    assert page.status_code == 422
    with pytest.raises(Forbidden):
        register_absence(at_the_screen(desk.admin), first, second, today(), week)
    # One of each duty: a legal officer registers a colleague that they cannot stand in for.
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    case = submitted()
    hand_over(officer, [("application", case.number)], second)
    with pytest.raises(Invalid):
        register_absence(at_the_screen(jurist), second, jurist.user.pk, today(), today())
    sent = {"user": second, "deputy": "", "first": today().isoformat(), "last": today().isoformat()}
    assert signed_in(jurist).post(reverse("absences"), sent).status_code == 302
    assert tell_deputies() == 0
    left = waiting(desk.officer, whose=Whose.NOBODYS)[f"application/{case.number}"]
    assert (left.owner, left.absent) == (None, desk.second.user)
    alone = Absence.objects.get(deputy=None)
    assert (
        "without a deputy" in signed_in(desk.second).get(reverse("inbox"), headers=ENGLISH).content.decode()
    )
    end_absence(at_the_screen(jurist), alone.pk)
    # An operator neither sees nor moves the officers' tasks.
    with pytest.raises(Invalid) as refused:
        register_absence(at_the_screen(desk.operator), second, first, today(), today())
    assert list(refused.value.errors) == ["user"]
    away = Absence.objects.get()
    with pytest.raises(NotFound):
        end_absence(at_the_screen(desk.operator), away.pk)
    assert away.noted_by in signed_in(desk.officer).get(reverse("absences")).content.decode()
    assert desk.second.user.email not in listed_absences(desk.operator)


def listed_absences(who: ApiUser) -> str:
    page = signed_in(who).get(reverse("absences")).content.decode()
    return page.partition("<tbody")[2].partition("</tbody>")[0]


def test_inbox_page_filters_sorts_and_lists_in_pages(seed: Seed, desk: Desk) -> None:
    long_ago = today() - timedelta(days=300)
    opened(desk, seed.org_b)
    for number in range(52):
        case = submitted(organisation_number=f"21200{number:05d}", organisation_name=f"Kommun {number:02d}")
        type(case).objects.filter(pk=case.pk).update(submitted=f"{long_ago.isoformat()}T12:{number:02d}:00Z")
    web = signed_in(desk.officer)
    page = web.get("/office/?kind=application&due=late&sort=-title", headers=ENGLISH).content.decode()
    assert page.index("Kommun 51") < page.index("Kommun 02")
    assert "Kommun 00" not in page
    assert "1–50 of 52" in page
    assert (
        "Kommun 00"
        in web.get("/office/?kind=application&due=late&sort=-title&from=50", headers=ENGLISH).content.decode()
    )
    assert set(waiting(desk.officer, due=Due.SOON)) >= set(waiting(desk.officer, due=Due.LATE))
    for query in ("?from=x&kind=x&due=x&sort=x&owner=x&whose=x", "?q=%00&from=99999", "?from=-7"):
        assert web.get(f"/office/{query}", headers=ENGLISH).status_code == 200
    assert web.post("/office/hand-over/", {"act": "take", "task": "x"}).status_code == 302
    assert signed_in(desk.admin).get("/office/").status_code == 403


def test_calendar_link_tells_no_names_is_revocable_and_not_logged(
    seed: Seed, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    case = under_review(at_the_screen(desk.officer), organisation_name="Hemliga kommun")
    web = signed_in(desk.officer)
    assert "Hemliga kommun" in web.get("/office/calendar/", headers=ENGLISH).content.decode()
    page = web.post("/office/calendar/link/", headers=ENGLISH).content.decode()
    address = page.partition('readonly value="https://hub.example')[2].partition('"')[0]
    assert address.startswith("/calendar/")
    code = address.removeprefix("/calendar/").removesuffix(".ics")
    assert code not in web.get("/office/calendar/", headers=ENGLISH).content.decode()
    fetched = Client().get(address)
    feed = fetched.content.decode()
    assert fetched["Cache-Control"] == "private, no-store"
    assert f"SUMMARY:Ansökan {case.number}" in feed
    assert "Hemliga" not in feed
    assert desk.officer.user.email not in feed
    assert bytes(CalendarLink.objects.get().digest) != code.encode()

    # Logged by its route alone, also where it fails.
    caplog.handler.addFilter(RouteLogFilter())
    with caplog.at_level(logging.DEBUG):
        assert web.post("/office/calendar/link/revoke/").status_code == 302
        assert Client().get(address).status_code == 404
    assert code not in caplog.text
    assert not AuditEntry.objects.filter(change__icontains=code).exists()
    again = web.post("/office/calendar/link/").content.decode()
    renewed = again.partition('readonly value="https://hub.example')[2].partition('"')[0]
    assert Client().get(renewed).status_code == 200
    # Nobody reads on after leaving the desk.
    type(desk.officer.user).objects.filter(pk=desk.officer.user.pk).update(staff_roles=[])
    assert Client().get(renewed).status_code == 404
