"""What two persons or a controller had removed after a backup is removed again, where the backup brings it back."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from tests.api.calls import call
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.hub.retention.stories import PERSON, carried_out, counted, in_force, publish
from tests.identity.two_people import at_screen
from vardkase.core.mail.models import OutgoingMail
from vardkase.formats.misp_json.rewriting import document_of
from vardkase.hub.backups.journal import Deletion, Kind, repeat
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.data_protection.requests import replaying as erasures
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
)
from vardkase.hub.data_protection.requests.searching import search
from vardkase.hub.data_protection.requests.services import begin_search, register
from vardkase.hub.retention import replaying as retention
from vardkase.hub.retention.models import RetentionPlanRule, RetentionRun
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute, Event, EventReport, EventVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]
NAME = "Astrid Lindkvist"


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


def values(event: Event) -> set[str]:
    return set(Attribute.objects.filter(event=event, deleted=False).values_list("value1", flat=True))


def test_retention_run_is_carried_out_again(seed: Seed, jurist: User) -> None:
    second = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")
    event, later = publish(seed), publish(seed, "Ett till")
    in_force(seed, second, jurist)
    whole = values(event)
    backup = transaction.savepoint_create()
    # Something that was not due then, because it had been seen again, stays after the restore too.
    Attribute.objects.filter(event=later).update(last_seen=None, timestamp=timezone.now().timestamp())
    run = carried_out(counted(second), jurist, second)
    removed = values(event)
    assert PERSON in whole - removed
    entry = Deletion(kind=Kind.RETENTION, uuid=None, number=run.number, at=timezone.now())
    entry.details = retention.describe(run.number)
    transaction.savepoint_rollback(backup)
    assert values(event) == whole
    mails = OutgoingMail.objects.count()

    assert repeat(iter([entry])) == (1, [])
    assert values(event) == removed
    assert PERSON in values(later)
    again = RetentionRun.objects.latest("pk")
    assert (again.approved_by, again.proposed_by) == (run.approved_by, run.proposed_by)
    assert OutgoingMail.objects.count() == mails, "the owners know"
    assert repeat(iter([entry])) == (1, []), "nothing is left to do"
    RetentionPlanRule.objects.update(version=7)
    (left,) = repeat(iter([entry]))[1]
    assert run.number in left
    assert "R-1" in left


def test_erasure_for_a_data_subject_is_made_again(seed: Seed, jurist: User) -> None:
    document = {
        "info": f"Utpressning mot {NAME}",
        "distribution": "3",
        "published": True,
        "Attribute": [
            {"type": "text", "category": "Other", "value": NAME},
            {"type": "domain", "value": "annat.example", "comment": f"Ringde {NAME.upper()} i går"},
        ],
        "EventReport": [{"name": "Rapport", "content": "Det gäller Lindkvist, Astrid, som\nringde."}],
    }
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    event = Event.objects.latest("pk")
    SupportRequest.objects.create(
        kind="legal", subject="Fråga", asker_email="a@x.example", deadline=timezone.now(), asker_name=NAME
    )
    officer = at_screen(jurist)
    fields = {"rights": ["erasure"], "name": NAME, "email": "a@x.example", "arrived_on": timezone.localdate()}
    request = register(officer, fields)
    begin_search(officer, request.pk)
    search(officer, request.pk)
    items = ConcernedItem.objects.filter(controller__request=request)
    assert {"title", "attribute", "report", "version", "support"} <= set(items.values_list("kind", flat=True))
    AnsweredRight.objects.bulk_create(
        AnsweredRight(item=item, right="erasure", outcome="erased", at=timezone.now()) for item in items
    )
    ConcernedController.objects.filter(request=request).update(answered_at=timezone.now())
    entry = Deletion(kind=Kind.ERASURE, uuid=None, number=request.number, at=timezone.now())
    entry.details = erasures.describe(request.number)
    # The backup may be older than the request.
    DataSubjectRequest.objects.filter(pk=request.pk).delete()

    count, (left,) = repeat(iter([entry]))
    assert count == 0
    assert request.number in left, "what the hub itself holds is for people"
    event.refresh_from_db()
    report = EventReport.objects.get(event=event)
    comments = set(Attribute.objects.filter(event=event, deleted=False).values_list("value1", "comment"))
    assert {value for value, _comment in comments} == {"annat.example"}
    (version,) = EventVersion.objects.filter(event_uuid=event.uuid)
    for text in (event.info, report.content, str(comments), str(document_of(version))):
        assert "lindkvist" not in text.lower()
    assert report.content.startswith("Det gäller ")
    SupportRequest.objects.all().delete()
    assert repeat(iter([entry])) == (1, [])
