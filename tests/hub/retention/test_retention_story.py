"""Retention from rule to result, in Swedish: proposed and approved by two, counted, approved by two, carried out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_object
from tests.factories.applications import make_staff
from tests.factories.knowledge import make_tag
from tests.factories.public_records import member
from tests.factories.seed import Seed
from tests.hub.retention.stories import COLLEAGUE, OLD, PERSON, WHY, carried_out, counted, in_force, publish
from tests.identity.two_people import approved, at_screen
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds, today
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.hub.backups.journal import Deletion, repeat
from vardkase.hub.backups.models import DeletedContent
from vardkase.hub.public_records.received.queries import RegisterFilter
from vardkase.hub.public_records.received.queries import register as received_register
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.models import RetentionItemState, RetentionPlanRule, RetentionRun, RunState
from vardkase.hub.retention.own_items import NEWS_DAYS
from vardkase.hub.retention.running import propose_carrying_out
from vardkase.hub.retention.schedules import look
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Attribute, EventVersion
from vardkase.intel.personal_data.models import PersonalDataScan
from vardkase.intel.proposals.models import Proposal, ProposalComment

pytestmark = pytest.mark.usefixtures("password_is_enough")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def second(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")


def test_personal_data_goes_from_events_and_versions(
    seed: Seed, jurist: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    event = publish(seed, EventReport=[{"name": "Rapport", "content": f"Om {PERSON}."}])
    rule = in_force(seed, second, jurist)
    run = counted(second)
    found = {(each["place"], each["affected"]) for each in run.figures["rules"]}
    assert found == {("attribute", 2), ("version", 1)}, run.figures
    assert PERSON in read_snapshot(str(event.uuid), 1).decode()  # Nothing has changed yet.
    run = carried_out(run, jurist, second)
    assert run.state == RunState.DONE
    states = set(run.items.values_list("place", "state"))
    assert states == {("attribute", RetentionItemState.DONE), ("version", RetentionItemState.DONE)}
    # The attribute that was the address is deleted, so that connected hubs delete theirs; the text keeps the rest.
    values = dict(Attribute.objects.filter(event=event).values_list("value1", "deleted"))
    assert values == {"deleted": True, COLLEAGUE: False, "Mejl till […] igen": False, "brev.example": False}
    event.refresh_from_db()
    assert event.published
    assert EventVersion.objects.filter(event_uuid=event.uuid).count() == 2
    first = json.loads(read_snapshot(str(event.uuid), 1))["Event"]
    text = json.dumps(first, ensure_ascii=False)
    assert f"[retention, {today().isoformat()}, {rule.reference}]" in text
    assert COLLEAGUE in text
    assert PERSON not in json.dumps([each["value"] for each in first["Attribute"]])
    assert PERSON not in str(list(AuditEntry.objects.values_list("title", "change")))
    # Its owner is told, without what was in it.
    told = OutgoingMail.objects.filter(subject__contains=run.number)
    assert [each.recipient for each in told] == [seed.org_admin.user.email]
    assert str(event.pk) in told[0].text
    assert PERSON not in told[0].text + told[0].subject
    # A hub restored to a moment before the end stays closed until it is carried out again.
    entered = DeletedContent.objects.get(kind="retention", number=run.number)
    assert run.ended_at
    assert entered.at > run.ended_at
    assert (
        found_again := repeat(iter([Deletion(kind="retention", uuid=None, number=run.number, at=entered.at)]))
    )
    assert run.number in found_again[1][0]
    # Done once: nothing is due again.
    assert counted(second).affected == 0


def test_what_others_wrote_about_events_goes_as_well(
    seed: Seed, jurist: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    User.objects.filter(pk=seed.partner.user.pk).update(role=seed.org_admin.user.role)
    event = publish(seed, Attribute=[{"type": "domain", "value": "brev.example"}])
    thing = make_object(event, comment=f"Från {PERSON}, två gånger", timestamp=OLD)
    thing.save()
    common = {
        "event": event,
        "org": seed.org_b,
        "category": "Payload delivery",
        "to_ids": False,
        "timestamp": OLD,
    }
    whole = Proposal.objects.create(type="email-src", value1=PERSON, uuid=uuid4(), **common)
    part = Proposal.objects.create(
        type="domain", value1="x.example", comment=f"se {PERSON}", uuid=uuid4(), **common
    )
    fresh = Proposal.objects.create(
        type="email-src", value1=PERSON, uuid=uuid4(), **common | {"timestamp": now_seconds()}
    )
    old = datetime.fromtimestamp(OLD, UTC)
    about = {"object_type": "Event", "object_uuid": event.uuid, "org": seed.org_b, "orgc": seed.org_b}
    note, elsewhere = (
        AnalystData.objects.create(
            kind=0, text=f"Ring {PERSON}.", authors=PERSON, created=old, modified=old, distribution=1,
            **about | {"object_uuid": uuid},
        )
        for uuid in (event.uuid, uuid4())
    )  # fmt: skip
    said, recent = (
        ProposalComment.objects.create(
            proposal=fresh, org=seed.org_a, text=f"Är det {PERSON}?", written_at=at
        )
        for at in (old, timezone.now())
    )
    PersonalDataScan.objects.all().delete()  # As before they were written.
    in_force(seed, second, jurist, counted_from="changed")
    run = counted(second)
    found = {(each["place"], each["affected"]) for each in run.figures["rules"]}
    assert {("object", 1), ("proposal", 2), ("comment", 1), ("analyst-data", 2)} <= found, run.figures
    sheet = signed_in(seed.org_admin.user).get(f"/retention/runs/{run.pk}/?format=csv")
    assert sheet.status_code == 403
    # One note is changed by its author meanwhile.
    AnalystData.objects.filter(pk=elsewhere.pk).update(modified=timezone.now())
    run = carried_out(run, jurist, second)
    assert not run.items.filter(state__in=("pending", "failed")).exists()
    for each in (thing, whole, part, fresh, note, elsewhere, said, recent):
        each.refresh_from_db()
    assert thing.comment == "Från […], två gånger"
    assert (whole.deleted, whole.value, whole.timestamp > OLD) == (True, "deleted", True)
    assert (part.deleted, part.value, part.comment) == (False, "x.example", "se […]")
    assert (fresh.deleted, fresh.value) == (False, PERSON)
    assert (said.text, recent.text) == ("Är det […]?", f"Är det {PERSON}?")
    assert (note.text, note.authors, note.modified > old) == ("Ring […].", "[…]", True)
    assert elsewhere.text == f"Ring {PERSON}.", "not due any more"
    # Each is told of its own: the owner of the object, who wrote the proposals and the note of those.
    told = {each.recipient: each.text for each in OutgoingMail.objects.filter(subject__contains=run.number)}
    own, theirs = told[seed.org_admin.user.email], told[seed.partner.user.email]
    assert ("2 items" in own or "2 uppgifter" in own, "3 items" in theirs or "3 uppgifter" in theirs) == (
        True,
        True,
    )
    assert PERSON not in own + theirs
    # And each in the product, also on a hub that sends no mail; those who do not administer it are not.
    address = "/retention/ours/"
    for who, places in (
        (seed.org_admin, {"object", "comment"}),
        (seed.partner, {"proposal", "analyst-data"}),
    ):
        web = signed_in(who.user)
        assert f'href="{address}"' in web.get("/").text
        page = web.get(address)
        shown = {item.place for item, _, _ in page.context["rows"]}
        assert shown == places
        assert f'href="/event/{event.pk}/"' in page.text
        assert PERSON not in page.text
        assert run.number in web.get(f"{address}?format=csv").getvalue().decode()
    for stranger in (seed.publisher, seed.stranger):
        web = signed_in(stranger.user)
        assert f'href="{address}"' not in web.get("/").text
        assert web.get(address).status_code == 403
    RetentionRun.objects.update(ended_at=timezone.now() - timedelta(days=NEWS_DAYS + 1))
    assert f'href="{address}"' not in signed_in(seed.org_admin.user).get("/").text
    assert counted(second).affected == 0


def test_title_and_tagged_values_are_pseudonymised(seed: Seed, jurist: User, second: User) -> None:
    make_tag("retention:short")
    member(seed.org_b)
    event = publish(seed, info=f"Nätfiske mot {PERSON}", Tag=[{"name": "retention:short"}])
    other = publish(seed, info=f"Annat om {PERSON}")
    in_force(seed, second, jurist, way="pseudonymise", kind="", tag="Retention:Short")
    run = carried_out(counted(second), jurist, second)
    assert set(run.items.values_list("event_id", flat=True)) == {event.pk}
    event.refresh_from_db()
    other.refresh_from_db()
    assert (PERSON in event.info, PERSON in other.info) == (False, True)
    value = Attribute.objects.get(event=event, type="email-src", value1__startswith="pseudonym-").value1
    version = json.loads(read_snapshot(str(event.uuid), 1))["Event"]
    assert value in [each["value"] for each in version["Attribute"]]
    assert "[retention, " in version["info"]
    assert EventVersion.objects.get(event_uuid=event.uuid, version=1).info == version["info"]
    # The authority that has the version as a record reads on its page that something was disposed of.
    of_b, register = signed_in(seed.partner.user), "/public-records/received/"
    assert of_b.get(register).content.decode().count("Personuppgifter gallrade") == 1
    entries = received_register(
        seed.partner.actor, seed.org_b.pk, RegisterFilter(event_ids={event.pk}), None, 9
    )
    page = of_b.get(f"{register}{entries.rows[-1].reference}/").content.decode()
    assert f"enligt regel R-1 ({RetentionPlanRule.objects.get().legal_ground})" in " ".join(page.split())
    assert "Det här är vad myndigheten har kunnat läsa" not in page
    assert ("[retention, " in page, "[gallrat den " in page) == (False, True)
    assert "[retention, " not in of_b.get(register).content.decode()
    assert counted(second).affected == 0


def test_run_whose_job_has_ended_is_continued(seed: Seed, jurist: User, second: User) -> None:
    publish(seed)
    in_force(seed, second, jurist)
    run = counted(second)
    propose_carrying_out(at_screen(jurist), run.pk, WHY)
    approved(second)
    jobs, page, word = (
        ProcrastinateJob.objects.filter(lock="retention"),
        signed_in(second),
        "Fortsätt gallringen",
    )
    address = f"/retention/runs/{run.pk}/"
    assert word not in page.get(address).text  # Its job waits.
    page.post("/retention/runs/start/")
    assert AuditEntry.objects.filter(action="retention.resumed").count() == 0
    _end(jobs)
    assert word in page.get(address).text
    assert page.post("/retention/runs/start/")["Location"] == address
    assert list(jobs.filter(status="todo").values_list("task_name", "args")) == [
        ("retention.carry_out", {"run_id": run.pk, "user_id": second.pk})
    ]
    assert AuditEntry.objects.filter(action="retention.resumed").count() == 1
    _end(jobs)
    assert look() == 1  # So does the schedule.
    carry_out(hub_actor(), run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert word not in page.get(address).text


def _end(jobs: QuerySet[ProcrastinateJob]) -> None:
    """As a job ends that fails or is cancelled."""
    cursor().execute(
        "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = ANY(%s)",
        (list(jobs.values_list("pk", flat=True)),),
    )
