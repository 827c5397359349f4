"""Members that are authorities, and events that are published to them."""

from __future__ import annotations

from django.utils import timezone

from tests.factories.intel import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.public_records.received.authorities import follow
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.intel.services.publish import publish_event


def member(organisation: Organisation, sector: str = "municipality") -> Membership:
    membership = Membership.objects.create(
        organisation=organisation,
        sector=sector,
        connection="web",
        state=MembershipState.ACTIVE,
        activated=timezone.now(),
    )
    follow({organisation.pk})
    return membership


def published(seed: Seed, **fields: object) -> Event:
    event = make_event(seed.org_a, **{"distribution": 1, **fields})
    event.save()
    make_attribute(event, value1=f"value of {event.pk}").save()
    return publish_event(seed.publisher.actor, event.pk)
