"""Mail about notes, opinions and relationships: to those whom they concern and who may read them, once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notifications.models import Notification
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.analyst_data.services import add_analyst_data


def mailed() -> set[str]:
    found = set(OutgoingMail.objects.values_list("recipient", flat=True))
    OutgoingMail.objects.all().delete()
    return found


@pytest.mark.usefixtures("mail")
def test_notes_reach_whom_they_concern_by_mail_until_they_are_read(seed: Seed) -> None:
    User.objects.filter(pk__in=[seed.analyst.user.pk, seed.partner.user.pk]).update(contactalert=True)
    User.objects.exclude(pk__in=[seed.analyst.user.pk, seed.partner.user.pk]).update(contactalert=False)
    event = make_event(seed.org_a, distribution=1, published=True, publish_timestamp=1)
    event.save()
    about = {"object_type": "Event", "object_uuid": str(event.uuid), "distribution": 1}
    owner, writer = seed.analyst.user.email, seed.partner.user.email

    add_analyst_data(
        seed.partner.actor, AnalystDataKind.NOTE, about | {"note": "Ours alone", "distribution": 0}
    )
    assert mailed() == set()
    note = add_analyst_data(seed.partner.actor, AnalystDataKind.NOTE, about | {"note": "Secret words"})
    mail = OutgoingMail.objects.get()
    assert "Secret words" not in mail.text + mail.html + mail.subject
    assert mailed() == {owner}
    add_analyst_data(seed.partner.actor, AnalystDataKind.OPINION, about | {"opinion": 80})
    assert mailed() == set()
    Notification.objects.filter(user=seed.analyst.user).update(read_at=timezone.now())
    add_analyst_data(seed.partner.actor, AnalystDataKind.OPINION, about | {"opinion": 80})
    assert mailed() == {owner}
    Notification.objects.all().delete()
    related = {
        "related_object_type": "Event",
        "related_object_uuid": str(event.uuid),
        "relationship_type": "of",
    }
    add_analyst_data(seed.partner.actor, AnalystDataKind.RELATIONSHIP, about | related)
    assert mailed() == {owner}
    add_analyst_data(seed.analyst.actor, AnalystDataKind.NOTE, about | {"note": "By the owner itself"})
    assert mailed() == set()
    Notification.objects.all().delete()
    reply = {"object_type": "Note", "object_uuid": uuid_of(note), "distribution": 1, "note": "When?"}
    add_analyst_data(seed.analyst.actor, AnalystDataKind.NOTE, reply)
    assert mailed() == {writer}


def uuid_of(note_id: int) -> str:

    return str(AnalystData.objects.get(pk=note_id).uuid)
