"""Retention from rule to result, in Swedish: proposed and approved by two, counted, approved by two, carried out."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from tests.factories.applications import make_staff
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.hub.retention.stories import COLLEAGUE, PERSON, carried_out, counted, in_force, publish
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.mail.models import OutgoingMail
from vardkase.formats.misp_json.snapshots import read_snapshot
from vardkase.hub.retention.models import RetentionItemState, RunState
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute, EventVersion

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
    # Done once: nothing is due again.
    assert counted(second).affected == 0


def test_title_and_tagged_values_are_pseudonymised(seed: Seed, jurist: User, second: User) -> None:
    make_tag("retention:short")
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
    assert counted(second).affected == 0
