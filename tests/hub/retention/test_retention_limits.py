"""What stops retention: one person alone, figures of another day, and whatever is still being handled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories.applications import make_staff
from tests.factories.memberships import staff_of
from tests.factories.records_cases import at_a_browser, officer_of
from tests.factories.seed import Seed
from tests.hub.retention.stories import CASES, PERSON, RULE, WHY, carried_out, counted, in_force, publish
from tests.identity.two_people import approved, at_screen, the_request
from tests.web.accounts import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import SentMail
from vardkase.core.settings.models import SettingValue
from vardkase.hub.case_files.models import CaseDocument, CaseFile, CaseKind, Direction
from vardkase.hub.case_files.services import file_document, open_case_file
from vardkase.hub.data_protection.requests.models import DataRequestState, DataSubjectRequest, FoundItemKind
from vardkase.hub.open_tasks.registry import tasks_of
from vardkase.hub.public_records.cases.models import CaseItem
from vardkase.hub.public_records.cases.services import opening
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.counting import count
from vardkase.hub.retention.mail_log import DAYS, empty_texts
from vardkase.hub.retention.models import RetentionItemState, RetentionPlanRule, RetentionRun, RunState
from vardkase.hub.retention.open_tasks import DUE
from vardkase.hub.retention.proposing import propose_retiring, propose_rule
from vardkase.hub.retention.running import order_dry_run, propose_carrying_out
from vardkase.hub.retention.schedules import look
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.models import SpillKind
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def second(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "shoe-size"}, "kind"),
        ({"attribute_type": "nothing"}, "attribute_type"),
        ({"months": 0}, "months"),
        ({"months": True}, "months"),
        ({"counted_from": "birth"}, "counted_from"),
        ({"way": ""}, "way"),
        ({"includes_versions": "maybe"}, "includes_versions"),
        ({"legal_ground": ""}, "legal_ground"),
        ({"duty_note": ""}, "duty_note"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"title": "x" * 121}, "title"),
        ({"tag": "a\0"}, "tag"),
        ({"case_kind": "spill"}, "case_kind"),
        ({"subject": "people"}, "subject"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_a_rule_may_not_say_is_refused_by_field(jurist: User, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        propose_rule(at_screen(jurist), None, RULE | given, WHY)
    assert field in refused.value.by_field
    assert not RetentionPlanRule.objects.exists()


def test_no_one_decides_alone(seed: Seed, jurist: User, second: User) -> None:
    publish(seed)
    with pytest.raises(Forbidden):  # A rule is a legal officer's.
        propose_rule(at_screen(second), None, RULE, WHY)
    propose_rule(at_screen(jurist), None, RULE, WHY)
    for alone in (jurist, seed.site_admin.user, seed.org_admin.user):
        with pytest.raises((Forbidden, NotFound)):
            approved(alone)
    rule = approved(second)
    with pytest.raises(Forbidden):
        propose_retiring(at_screen(second), rule.number, WHY)
    run = counted(second)
    assert run.affected == 3
    for outsider in (seed.org_admin.user, seed.site_admin.user):
        with pytest.raises(Forbidden):
            order_dry_run(at_screen(outsider))
    other = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "third@hub.example")
    request = propose_carrying_out(at_screen(second), run.pk, WHY)
    for alone in (second, seed.site_admin.user, other):  # The last: a legal officer has to be one of the two.
        with pytest.raises((Forbidden, NotFound)):
            approved(alone)
    # A later dry run: the figures that were proposed are no longer those that would be carried out.
    assert counted(second).affected == 3
    with pytest.raises(Conflict):
        approved(jurist, request)
    run.refresh_from_db()
    assert run.state == RunState.REPLACED
    with pytest.raises(Conflict):
        propose_carrying_out(at_screen(second), run.pk, WHY)
    newest = RetentionRun.objects.order_by("-pk")[0]
    RetentionRun.objects.filter(pk=newest.pk).update(counted_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Conflict):
        propose_carrying_out(at_screen(second), newest.pk, WHY)
    assert Attribute.objects.filter(value1=PERSON).exists()


def test_rule_changed_after_the_dry_run_stops_it(seed: Seed, jurist: User, second: User) -> None:
    publish(seed)
    rule = in_force(seed, second, jurist)
    request = propose_carrying_out(at_screen(second), counted(second).pk, WHY)
    propose_rule(at_screen(jurist), rule.number, {"months": 1200}, WHY)
    approved(second, ApprovalRequest.objects.exclude(pk=request.pk).get(state="waiting"))
    with pytest.raises(Conflict):
        approved(jurist, request)
    assert counted(second).affected == 0


def test_what_is_still_handled_is_exempted_and_named(seed: Seed, jurist: User, second: User) -> None:
    requested, spilled, later = publish(seed, "Begärd"), publish(seed, "Spilld"), publish(seed, "Senare")
    in_force(seed, second, jurist)
    case = _records_case(seed, requested)
    declare(at_screen(second), spilled.pk, kind=SpillKind.NATO, reason=WHY)
    run = counted(second)
    found = set(run.items.values_list("event_id", "exemption"))
    assert found == {(requested.pk, "records_case"), (spilled.pk, "spill"), (later.pk, "")}
    assert {each["why"] for each in run.figures["exempted"]} == {"records_case", "spill"}
    # After the dry run another one is asked for: it is asked again before anything is changed.
    CaseItem.every.create(**_item(case, later))
    run = carried_out(run, jurist, second)
    assert not run.items.exclude(state=RetentionItemState.EXEMPT).exists()
    assert Attribute.objects.filter(value1=PERSON).count() == 3


def _records_case(seed: Seed, event: Any) -> Any:
    handler = officer_of(seed, "org_b")
    case = opening.register(at_a_browser(handler), {"request": "Allt om nätfiske"})
    CaseItem.every.create(**_item(case, event))
    return case


def _item(case: Any, event: Any) -> dict[str, Any]:
    return {
        "case": case,
        "key": str(event.uuid),
        "kind": "event",
        "reference": f"{event.uuid}/1",
        "event_uuid": event.uuid,
        "event_id": event.pk,
        "title": "x",
        "fields": [],
        "sha256": "",
        "publisher_name": "A",
        "available_at": timezone.now(),
        "frozen_by": "x",
    }


def test_closed_case_leaves_number_dates_and_hashes(seed: Seed, jurist: User, second: User) -> None:
    with pytest.raises(Invalid) as refused:
        propose_rule(at_screen(jurist), None, CASES | {"legal_ground": ""}, WHY)
    assert "legal_ground" in refused.value.by_field
    propose_rule(at_screen(jurist), None, CASES, WHY)
    approved(second)
    actor = at_screen(jurist)
    old, young = (
        open_case_file(actor, CaseKind.MEMBERSHIP, f"Ansökan {name}", "membership", pk, seed.org_b)
        for pk, name in enumerate(("Gamla Bolaget", "Nya Bolaget"), 1)
    )
    for case in (old, young):
        file_document(
            actor, case, Direction.INCOMING, "Brev från Gamla Bolaget", "Hemliga skäl", counterpart="Bo Ask"
        )
    before = CaseDocument.objects.get(case_file=old)
    CaseFile.objects.filter(pk=old.pk).update(closed_at=timezone.now() - timedelta(days=6 * 366))
    CaseFile.objects.filter(pk=young.pk).update(closed_at=timezone.now() - timedelta(days=400))
    run = carried_out(counted(second), jurist, second)
    assert list(run.items.values_list("part_id", "state")) == [(old.pk, RetentionItemState.DONE)]
    after = CaseDocument.objects.get(case_file=old)
    assert (after.number, after.sha256, after.occurred_at) == (
        before.number,
        before.sha256,
        before.occurred_at,
    )
    old.refresh_from_db()
    left = f"{after.title} {after.text} {after.counterpart} {after.by} {old.title} {old.party}"
    assert not any(word in left for word in ("Bolaget", "skäl", "Bo Ask"))
    assert "[retention, " in old.title
    assert CaseDocument.objects.get(case_file=young).text == "Hemliga skäl"
    assert counted(second).affected == 0


def test_schedule_reminds_and_deletes_nothing(seed: Seed, jurist: User, second: User) -> None:
    assert look() == 0  # No rule is in force.
    publish(seed)
    in_force(seed, second, jurist, starts_on="2027-06-01")
    assert look() == 0
    in_force(seed, second, jurist, title="Nu")
    assert look() == 1
    assert look() == 0  # It is being counted.
    run = RetentionRun.objects.get()
    count(hub_actor(), run.pk)
    assert [task.reference for task in tasks_of(at_screen(second), DUE)] == [run.number]
    assert look() == 0  # It waits for the officers.
    propose_carrying_out(at_screen(second), run.pk, WHY)
    assert tasks_of(at_screen(second), DUE) == []
    assert Attribute.objects.filter(value1=PERSON).exists()


def test_pages_from_rule_to_result(seed: Seed, jurist: User, second: User) -> None:
    event = publish(seed)
    client, reader = signed_in(jurist), signed_in(second)
    assert "Inga regler än" in client.get("/retention/").content.decode()
    form = RULE | {"reason": WHY, "includes_versions": "on"}
    refused = client.post("/retention/rules/new/personal_data/", form | {"legal_ground": ""})
    assert (refused.status_code, "rättsliga grunden" in refused.content.decode()) == (422, True)
    assert client.post("/retention/rules/new/personal_data/", form).status_code == 302
    approved(second)
    assert "E-postadresser till personer" in reader.get("/retention/rules/1/").content.decode()
    assert reader.get("/retention/rules/1/change/").status_code == 403
    assert signed_in(seed.org_admin.user).get("/retention/").status_code == 403
    case_form = {"title": "x", "case_kind": "spill", "years": "10", "starts_on": "2026-01-01"}
    case_form |= {"legal_ground": "RA-MS 2026:12", "reason": WHY}
    assert client.post("/retention/rules/new/case_files/", case_form).status_code == 302
    approved(second)
    assert RetentionPlanRule.objects.get(number=2).months == 120
    assert client.post("/retention/rules/2/retire/", {"reason": WHY}).status_code == 302
    approved(second)
    assert (
        reader.post("/retention/runs/start/", follow=True).status_code == 200
    )  # The page while it is counted.
    RetentionRun.objects.update(state=RunState.REPLACED)
    run = counted(second)
    page = reader.get(f"/retention/runs/{run.pk}/").content.decode()
    assert "Attribut" in page
    assert "Organisation A" in page
    assert PERSON in page  # They may read it.
    sheet = b"".join(reader.get(f"/retention/runs/{run.pk}/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert (sheet.count("R-1"), PERSON in sheet) == (3, False)
    before = reader.get(f"/retention/runs/{run.pk}/carry-out/").content.decode()
    assert "kan inte ångras" in before
    assert reader.post(f"/retention/runs/{run.pk}/carry-out/", {"reason": WHY}).status_code == 302
    assert "kan inte ångras" in client.get(f"/approval-requests/{the_request().pk}/").content.decode()
    approved(jurist)
    carry_out(hub_actor(), run.pk)
    page = reader.get(f"/retention/runs/{run.pk}/").content.decode()
    assert "Genomförd" in page
    assert PERSON not in page
    key = staff_of(seed, "apijurist@hub.example", "legal_officer").key
    shown = call(key, "GET", f"/retentionRuns/view/{run.pk}")[1]["RetentionRun"]
    assert sum(each["done"] for each in shown["results"]["rules"]) == 3
    assert call(key, "GET", "/retentionRules/view/1")[1][0]["RetentionRule"]["content"]["months"] == 24
    assert call(seed.org_admin.key, "GET", "/retentionRuns/index")[0] == 403
    for wrong in ([], "x", None, 3):
        for address in ("/retentionRules/add", "/retentionRules/edit/1"):
            status, body = call(key, "POST", address, {"content": wrong, "reason": WHY})
            assert (status, "content" in str(body)) == (403, True), (address, wrong, status, body)
    assert event.pk


def test_texts_of_the_delivery_log_go_after_their_period(seed: Seed) -> None:
    """Not one that a data subject's open request has found, and never the recipient, the subject and the time."""
    old, found, new = (
        SentMail.objects.create(
            kind="invitation", language="sv", recipient=name, subject="Inbjudan", text="Hej!", written_by="x"
        )
        for name in ("old@a.example", "found@a.example", "new@a.example")
    )
    day = timezone.now() - timedelta(days=731)
    SentMail.objects.exclude(pk=new.pk).update(at=day)
    today = timezone.localdate()
    asked = DataSubjectRequest.objects.create(rights=["access"], arrived_on=today, deadline=today)
    controller = asked.controllers.create(organisation=seed.org_a, name="Organisation A")
    controller.items.create(kind=FoundItemKind.SENT_MAIL, part_id=found.pk, terms=[0])

    def kept() -> set[str]:
        return set(SentMail.objects.exclude(text="").values_list("recipient", flat=True))

    SettingValue.objects.create(name=DAYS.name, value=0)
    assert empty_texts() == 0, "never"
    SettingValue.objects.all().delete()
    assert empty_texts() == 1
    assert kept() == {"found@a.example", "new@a.example"}
    old.refresh_from_db()
    assert (old.recipient, old.subject, old.at) == ("old@a.example", "Inbjudan", day)
    DataSubjectRequest.objects.update(state=DataRequestState.ANSWERED)
    assert empty_texts() == 1
    assert kept() == {"new@a.example"}
