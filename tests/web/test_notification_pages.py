"""The bell and the list of notifications."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_event
from tests.factories.event_page import text_of, visitor
from tests.factories.seed import Seed
from vardkase.exchange.notifications.models import Notification
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event
from vardkase.intel.proposals.services import propose_attribute

pytestmark = pytest.mark.usefixtures("password_is_enough")

LIST = "/notifications/"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of A that the whole hub reads, with a proposal of B."""
    made = make_event(
        seed.org_a, info=f"Beacons {SCRIPT}", distribution=1, published=True, publish_timestamp=1
    )
    made.save()
    propose_attribute(seed.partner.actor, made.pk, {"type": "domain", "value": "one.example"})
    return made


def test_notification_is_counted_opened_and_marked(seed: Seed, event: Event) -> None:
    analyst = visitor(seed.analyst)
    assert "1 unread notification" in text_of(analyst.get("/"))
    shown = text_of(analyst.get(LIST))
    assert "Organisation B proposes a change" in shown
    assert "Beacons &lt;script&gt;" in shown
    assert SCRIPT not in shown
    row = Notification.objects.get(user=seed.analyst.user)
    answer = analyst.get(f"{LIST}{row.pk}/")
    assert answer["Location"] == f"/event/{event.pk}/proposals/"
    assert "0 unread notifications" in text_of(analyst.get("/"))
    assert "No unread notifications" in text_of(analyst.get(LIST))
    assert "proposes a change" in text_of(analyst.get(f"{LIST}?show=all"))
    answer = analyst.post(f"{LIST}mark/", {"pk": row.pk, "unread": "1", "show": "all"}, follow=True)
    assert "Marked as unread." in text_of(answer)
    assert "Undo" in text_of(analyst.post(f"{LIST}mark-all/", follow=True))
    row.refresh_from_db()
    assert row.read_at is not None
    analyst.post(f"{LIST}unmark-all/", {"at": row.read_at.isoformat()})
    assert "proposes a change" in text_of(analyst.get(LIST))
    for at in ("", "yesterday", "2026-13-45T00:00:00+00:00", "2026-01-01"):
        assert analyst.post(f"{LIST}unmark-all/", {"at": at}).status_code == 404
    assert analyst.post(f"{LIST}mark/", {"pk": "x"}).status_code == 404


def test_anothers_and_hidden_notifications_do_not_exist(seed: Seed, event: Event) -> None:
    row = Notification.objects.get(user=seed.analyst.user)
    for other in (seed.colleague, seed.partner, seed.site_admin):
        assert visitor(other).get(f"{LIST}{row.pk}/").status_code == 404
        assert visitor(other).post(f"{LIST}mark/", {"pk": row.pk}).status_code == 404
    assert visitor(seed.analyst).get(f"{LIST}mark/").status_code == 405
    # Read by the owner alone from now on; the analyst has moved to B meanwhile.
    Event.objects.filter(pk=event.pk).update(distribution=0)
    User.objects.filter(pk=seed.analyst.user.pk).update(org=seed.org_b)
    Notification.objects.filter(pk=row.pk).update(organisation_id=seed.org_b.pk)
    analyst = visitor(seed.analyst)
    assert "0 unread notifications" in text_of(analyst.get("/"))
    assert "Beacons" not in text_of(analyst.get(f"{LIST}?show=all"))
    assert analyst.get(f"{LIST}{row.pk}/").status_code == 404


def test_list_has_pages_and_costs_the_same_however_long(seed: Seed, event: Event) -> None:
    analyst = visitor(seed.analyst)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text_of(analyst.get(LIST))
        return len(asked)

    queries()
    few = queries()
    Notification.objects.bulk_create(
        Notification(
            user=seed.analyst.user, organisation_id=seed.org_a.pk, kind="proposed", key=f"k{n}", event_id=event.pk,
            at=n + 1,
        )
        for n in range(149)
    )  # fmt: skip
    assert queries() == few
    page = analyst.get(LIST)
    assert len(page.context["rows"]) == 50
    assert "99+" in text_of(page)
    seen = [row.id for row in page.context["rows"]]
    while older := page.context["older"]:
        page = analyst.get(LIST + older)
        seen += [row.id for row in page.context["rows"]]
    assert len(set(seen)) == 150
