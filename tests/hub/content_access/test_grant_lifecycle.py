"""An operator requests access, an officer grants it, reads are recorded, and affected organisations are
notified.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.content_access import SECRET, WHY, in_browser, make_setup, readings
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.models import SentMail
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.hub.content_access.queries import in_force, openable, read_of_ours
from vardkase.hub.content_access.services import ask, end, end_overdue, grant_access, refuse, withdraw
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.intel.sightings.models import Sighting


def recipients_of(kind: str) -> list[str]:
    return sorted(SentMail.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_request_grant_read_and_end(seed: Seed) -> None:
    setup = make_setup(seed)
    path = f"/events/view/{setup.event.pk}"
    grant = setup.asked()
    assert recipients_of("content_access_asked") == [setup.officer.user.email]
    assert call(setup.operator.key, "GET", path)[0] == 404

    grant_access(in_browser(setup.officer.user), grant.pk, hours=1, answer="Läs bara det som behövs.")
    assert recipients_of("content_access_granted") == [setup.operator.user.email]
    status, body = call(setup.operator.key, "GET", path)
    assert (status, body["Event"]["info"]) == (200, "SECRET plan")
    assert body["Event"]["Attribute"][0]["value"] == SECRET
    assert call(setup.operator.key, "GET", f"/attributes/view/{setup.attribute.uuid}")[0] == 200
    assert readings() == [(setup.event.pk, "events/view"), (setup.event.pk, "attributes/view")]

    entries = AuditEntry.objects.filter(action="event.read_under_grant").order_by("pk")
    assert [(each.actor_name, each.target_id, each.change) for each in entries] == [
        (setup.operator.user.email, setup.event.pk, {"grant": grant.pk, "request": request})
        for request in ("events/view", "attributes/view")
    ]
    assert "SECRET" not in "".join(entries.values_list("title", flat=True))

    end(setup.operating, grant.pk)
    assert call(setup.operator.key, "GET", path)[0] == 404
    assert len(readings()) == 2
    assert recipients_of("content_read") == [seed.org_admin.user.email]
    (seen,) = read_of_ours(seed.org_admin.actor, limit=10)
    assert (seen.event_id, seen.times, seen.asked_by, seen.granted_by, seen.reason, seen.info) == (
        *(setup.event.pk, 2, setup.operator.user.email),
        *(setup.officer.user.email, WHY, "SECRET plan"),
    )
    assert ContentGrant.objects.get(pk=grant.pk).hours == 1


def test_only_contributors_to_a_read_event_are_notified(seed: Seed) -> None:
    """A sighting is its organisation's content. Each organisation gets one mail per grant."""
    setup = make_setup(seed)
    Sighting.objects.create(attribute=setup.attribute, event=setup.event, org=seed.org_b, date_sighting=1)
    other = make_second_event(seed)
    grant = setup.granted(reach="hub")
    for number in (setup.event.pk, other, setup.event.pk):
        assert call(setup.operator.key, "GET", f"/events/view/{number}")[0] == 200
    withdraw(in_browser(setup.officer.user), grant.pk, "Det räcker.")
    notified = SentMail.objects.filter(kind="content_read").values_list("recipient", "thing_id")
    assert set(notified) == {(seed.org_admin.user.email, grant.pk)}
    concerned = grant.concerned.values_list("event_id", "organisation")
    assert sorted(concerned) == sorted(
        [(setup.event.pk, seed.org_a.pk), (setup.event.pk, seed.org_b.pk), (other, seed.org_a.pk)]
    )
    assert not grant.concerned.filter(notified_at=None).exists()


def make_second_event(seed: Seed) -> int:
    event = make_event(seed.org_a, distribution=3, published=True)
    event.save()
    return int(event.pk)


def test_grant_expires(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.granted()
    call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}")
    ContentGrant.objects.update(ends_at=timezone.now() - timedelta(minutes=1))
    assert call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}")[0] == 404
    assert in_force(setup.operating) is None
    assert end_overdue() == 1
    assert end_overdue() == 0
    grant.refresh_from_db()
    assert (grant.state, grant.ended_at) == (GrantState.ENDED, grant.ends_at)
    assert recipients_of("content_read") == [seed.org_admin.user.email]


def test_unanswered_request_lapses(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.asked()
    ContentGrant.objects.update(answer_by=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Conflict, match="Tiden"):
        grant_access(in_browser(setup.officer.user), grant.pk)
    setup.asked()  # The old request lapses when the next one is made.
    grant.refresh_from_db()
    assert grant.state == GrantState.LAPSED


def test_refusal_requires_reason_and_is_final(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.asked()
    acting = in_browser(setup.officer.user)
    with pytest.raises(Invalid):
        refuse(acting, grant.pk, " ")
    refuse(acting, grant.pk, "Felet går att hitta i loggen.")
    assert recipients_of("content_access_refused") == [setup.operator.user.email]
    for again in (lambda: grant_access(acting, grant.pk), lambda: withdraw(acting, grant.pk, "Nej.")):
        with pytest.raises(TransitionRefused):
            again()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "kort"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"hours": 9}, "hours"),
        ({"hours": "0"}, "hours"),
        ({"hours": "-1"}, "hours"),
        ({"reach": "world"}, "reach"),
        ({"event": "999999"}, "event"),
        ({"event": "' OR 1=1"}, "event"),
        ({"reach": "organisation", "organisation": 999999}, "organisation"),
    ],
)
def test_request_requires_reach_and_reason(seed: Seed, given: dict[str, object], field: str) -> None:
    setup = make_setup(seed)
    with pytest.raises(Invalid) as refused:
        setup.asked(**given)
    assert [*refused.value.errors] == [field]
    assert not ContentGrant.objects.exists()


def test_grant_does_not_exceed_what_hub_owner_may_read(seed: Seed) -> None:
    setup = make_setup(seed)
    type(setup.event).objects.update(distribution=0)
    with pytest.raises(Invalid):
        setup.asked()
    grant = setup.granted(reach="organisation", organisation=seed.org_a.pk)
    assert call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}")[0] == 404
    assert openable(setup.operating, grant, limit=10) == []
    assert readings() == []


def test_second_concurrent_request_is_refused(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.asked()
    with pytest.raises(Conflict):
        ask(setup.operating, reason=WHY, hours=1, reach="hub")
    end(setup.operating, grant.pk)
    assert setup.asked().pk != grant.pk
