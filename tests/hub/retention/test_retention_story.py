"""Retention from rule to result, in Swedish: proposed and approved by two, counted, approved by two, carried out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved, at_screen
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds, today
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.counting import count
from vardkase.hub.retention.models import ItemState, RetentionRule, RetentionRun, RunState
from vardkase.hub.retention.proposing import propose_rule
from vardkase.hub.retention.running import order_dry_run, propose_carrying_out
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute, Event, EventVersion

pytestmark = pytest.mark.usefixtures("password_is_enough")
WHY = "Enligt gallringsplanen."
PERSON, COLLEAGUE = "anna.ekstrand@mailbox.example", "bertil.lind@mailbox.example"
OLD = now_seconds() - 3 * 366 * 86_400
RULE = {
    "subject": "personal_data",
    "title": "E-postadresser till personer",
    "kind": "email",
    "months": 24,
    "counted_from": "last_seen",
    "way": "remove",
    "includes_versions": True,
    "legal_ground": "RA-MS 2026:99",
    "duty_note": "Lagringsminimering väger tyngre än bevarande för dessa uppgifter.",
    "starts_on": "2026-01-01",
}


def publish(seed: Seed, info: str = "Nätfiske", **more: Any) -> Event:
    seen = timezone.datetime.fromtimestamp(OLD, timezone.get_default_timezone()).isoformat()
    document = {
        "info": info,
        "distribution": "3",
        "published": True,
        "date": "2023-01-01",
        "Attribute": [
            {"type": "email-src", "value": PERSON, "last_seen": seen, "comment": "Sågs två gånger"},
            {"type": "email-src", "value": COLLEAGUE},  # Seen now.
            {"type": "text", "category": "Other", "value": f"Mejl till {PERSON} igen", "last_seen": seen},
            {"type": "domain", "value": "brev.example", "last_seen": seen},
        ],
    } | more
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": document})
    assert status == 200, body
    return Event.objects.order_by("-pk")[0]


def in_force(seed: Seed, second: User, jurist: User, **more: Any) -> RetentionRule:
    propose_rule(at_screen(jurist), None, RULE | more, WHY)
    made = approved(second)
    assert isinstance(made, RetentionRule)
    return made


def counted(officer: User) -> RetentionRun:
    run = order_dry_run(at_screen(officer))
    count(hub_actor(), run.pk)
    run.refresh_from_db()
    return run


def carried_out(run: RetentionRun, officer: User, second: User) -> RetentionRun:
    propose_carrying_out(at_screen(officer), run.pk, WHY)
    approved(second)
    carry_out(hub_actor(), run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def second(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")


def test_personal_data_goes_from_events_and_versions(seed: Seed, jurist: User, second: User) -> None:
    event = publish(seed, EventReport=[{"name": "Rapport", "content": f"Om {PERSON}."}])
    rule = in_force(seed, second, jurist)
    run = counted(second)
    found = {(each["place"], each["affected"]) for each in run.figures["rules"]}
    assert found == {("attribute", 2), ("version", 1)}, run.figures
    assert PERSON in read_snapshot(str(event.uuid), 1).decode()  # Nothing has changed yet.
    run = carried_out(run, jurist, second)
    assert run.state == RunState.DONE
    states = set(run.items.values_list("place", "state"))
    assert states == {("attribute", ItemState.DONE), ("version", ItemState.DONE)}
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
    # Done once: nothing is due again.
    assert counted(second).affected == 0
