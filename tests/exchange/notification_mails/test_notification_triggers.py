"""Which publications send alerts, and which proposals the owner is notified of."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.notification_mails import OPEN, put, saved
from tests.factories.seed import Seed
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notification_mails.proposals import notify_owner
from vardkase.identity.access.job_actors import connection_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import ALWAYS, NEVER
from vardkase.intel.models import Event
from vardkase.intel.proposals.hooks import ProposalsStored
from vardkase.intel.services.events import add_event


def queued_alerts() -> list[dict[str, Any]]:
    return [
        job.args
        for job in ProcrastinateJob.objects.filter(task_name="notification_mails.alert", status="todo")
    ]


@pytest.mark.usefixtures("mail")
def test_alert_endpoint_queues_mail_and_publish_does_not(seed: Seed) -> None:
    document = {
        "info": "Quiet",
        "distribution": 1,
        "published": True,
        "Attribute": [OPEN | {"value": "x.example"}],
    }
    added = call(seed.publisher.key, "POST", "/events/add", document)
    number = added[1]["Event"]["id"]
    call(seed.publisher.key, "POST", f"/events/publish/{number}", {})
    assert queued_alerts() == []
    call(seed.publisher.key, "POST", f"/events/alert/{number}", {})
    event = Event.objects.get(pk=number)
    assert queued_alerts() == [{"event_id": event.pk, "version": event.publish_timestamp}]
    put("MISP.disable_emailing", True)
    call(seed.publisher.key, "POST", f"/events/alert/{number}", {})
    assert len(queued_alerts()) == 1


@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(
    ("quiet", "rest_is_quiet", "alerted"),
    [(True, False, ["by api"]), (False, True, ["by connection"]), (True, True, [])],
)
def test_synced_events_are_alerted_unless_the_connection_is_quiet(
    seed: Seed, quiet: bool, rest_is_quiet: bool, alerted: list[str]
) -> None:
    put("MISP.disablerestalert", rest_is_quiet)
    document = {"distribution": 1, "published": True, "Attribute": [{"type": "domain", "value": "x.example"}]}
    call(seed.publisher.key, "POST", "/events/add", {"info": "by api", **document})
    add_event(connection_actor(seed.hub.pk, "connection", quiet=quiet), {"info": "by connection", **document})
    assert [Event.objects.get(pk=job["event_id"]).info for job in queued_alerts()] == alerted


@pytest.mark.usefixtures("mail")
def test_owner_is_notified_of_proposals_once_without_their_content(seed: Seed, settings: Any) -> None:
    settings.BASE_URL = "https://hub.example"
    User.objects.filter(pk__in=[seed.analyst.user.pk, seed.partner.user.pk]).update(contactalert=True)
    event = saved(make_event, seed.org_a, distribution=1, published=True)
    for value in ("first.example", "second.example"):
        proposal = {"type": "domain", "value": value, "category": "Network activity"}
        assert call(seed.partner.key, "POST", f"/shadow_attributes/add/{event.pk}", proposal)[0] == 200
    mail = OutgoingMail.objects.get()
    assert mail.recipient == seed.analyst.user.email
    assert str(event.uuid) in mail.text
    assert f"https://hub.example{reverse('event_proposals', args=[event.pk])}" in mail.text
    for secret in ("first", "Organisation B", seed.partner.user.email):
        assert secret not in mail.text + mail.subject


@pytest.mark.usefixtures("mail")
def test_owner_without_read_access_gets_no_proposal_mail(seed: Seed, event: Event) -> None:
    User.objects.filter(org=seed.org_a).update(contactalert=True)
    Organisation.objects.filter(pk=seed.org_a.pk).update(read_period=NEVER)
    notify_owner(ProposalsStored(event.pk, seed.org_b.pk))
    assert not OutgoingMail.objects.exists()
    Organisation.objects.filter(pk=seed.org_a.pk).update(read_period=ALWAYS)
    notify_owner(ProposalsStored(event.pk, seed.org_b.pk))
    assert OutgoingMail.objects.exists()
