"""notifications/* and subscriptions/*: each their own, and of what they may read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.content_access import operator_of
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.exchange.notifications.models import Notification, NotificationKind
from vardkase.exchange.subscriptions.models import Subscription
from vardkase.intel.models import Event
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.django_db


def notified(person: ApiUser, event_id: int, at: int) -> Notification:
    return Notification.objects.create(
        user=person.user,
        organisation_id=person.user.org_id,
        kind=NotificationKind.PROPOSED,
        key=f"proposals {event_id} {at}",
        event_id=event_id,
        at=at,
    )


def event_of(seed: Seed, distribution: int) -> int:
    return add_event(seed.analyst.actor, {"info": "Ours alone", "distribution": distribution}).event_id


def listed(person: ApiUser, query: str = "", name: str = "Notification") -> list[Any]:
    path = {"Notification": "/notifications/index", "Subscription": "/subscriptions/index"}[name]
    status, found = call(person.key, "GET", path + query)
    assert status == 200, found
    return [each[name] for each in found]


def test_notifications_are_listed_counted_and_marked(seed: Seed) -> None:
    me = seed.analyst
    first, second, third = (notified(me, event_of(seed, 0), at) for at in (10, 20, 30))
    assert [row["id"] for row in listed(me)] == [str(third.pk), str(second.pk), str(first.pk)]
    assert listed(me)[0]["event_info"] == "Ours alone"
    assert [row["id"] for row in listed(me, f"/limit:1/before:{third.pk}")] == [str(second.pk)]
    assert call(me.key, "GET", "/notifications/count")[1] == {"unread": 3}
    assert call(me.key, "POST", "/notifications/markRead", {"id": [first.pk, str(second.pk)]})[0] == 200
    assert [row["id"] for row in listed(me, "/unread:1")] == [str(third.pk)]
    assert call(me.key, "POST", "/notifications/markUnread", {"id": first.pk})[0] == 200
    assert call(me.key, "POST", "/notifications/markAllRead", {})[0] == 200
    assert call(me.key, "GET", "/notifications/count")[1] == {"unread": 0}
    for wrong, expected in (
        ([], 400),
        ("x", 404),
        ([third.pk, 10**9], 404),
        ([1] * 1001, 400),
        ("9" * 30, 404),
    ):
        assert call(me.key, "POST", "/notifications/markRead", {"id": wrong})[0] == expected, wrong
    assert call(me.key, "GET", "/notifications/index/before:x")[0] == 404


def test_others_notifications_and_hidden_events_are_kept_apart(seed: Seed) -> None:
    hidden = event_of(seed, 0)
    mine, theirs = notified(seed.analyst, hidden, 10), notified(seed.stranger, hidden, 10)
    assert listed(seed.stranger) == []
    assert call(seed.stranger.key, "GET", "/notifications/count")[1] == {"unread": 0}
    for pk in (mine.pk, theirs.pk):
        for act in ("markRead", "markUnread"):
            assert call(seed.stranger.key, "POST", f"/notifications/{act}", {"id": pk})[0] == 404
        assert call(seed.stranger.key, "GET", f"/notifications/index/before:{pk}")[0] == 404
    assert not Notification.objects.exclude(read_at=None).exists()
    assert call("", "GET", "/notifications/index")[0] in (401, 403)
    read_only = make_key(seed.analyst.user, read_only=True)
    assert call(read_only, "GET", "/notifications/index")[0] == 200
    for act in ("markRead", "markUnread", "markAllRead"):
        assert call(read_only, "POST", f"/notifications/{act}", {"id": mine.pk})[0] == 403
    operator = operator_of(seed)
    assert call(operator.key, "GET", "/notifications/index")[1] == []


def test_things_are_followed_and_unfollowed(seed: Seed) -> None:
    me, tag, event = seed.analyst, make_tag("tlp:green"), event_of(seed, 0)

    def follow(person: ApiUser = me, **body: Any) -> tuple[int, Any]:
        return call(person.key, "POST", "/subscriptions/follow", body)

    status, made = follow(kind="tag", thing=tag.pk)
    assert (status, made["Subscription"]["name"], made["Subscription"]["mail"]) == (200, "tlp:green", False)
    assert follow(kind="tag", thing=tag.pk, mail=1, daily=1)[1]["Subscription"]["daily"] is True
    # Followed again without a word on how: it stays as it is.
    assert follow(kind="tag", thing=tag.pk)[1]["Subscription"]["mail"] is True
    assert follow(kind="value", thing=" Evil.Example ")[1]["Subscription"]["name"] == "evil.example"
    assert follow(kind="event", thing=event)[0] == 200
    assert [row["kind"] for row in listed(me, name="Subscription")] == ["event", "value", "tag"]
    assert len(listed(me, "/limit:2", "Subscription")) == 2

    (number,) = Subscription.objects.filter(kind="tag").values_list("pk", flat=True)
    edit = f"/subscriptions/edit/{number}"
    assert call(me.key, "POST", edit, {"daily": 0})[1]["Subscription"] | {"created": ""} == {
        "id": str(number),
        "kind": "tag",
        "thing_id": str(tag.pk),
        "name": "tlp:green",
        "in_app": True,
        "mail": True,
        "daily": False,
        "created": "",
    }
    assert call(me.key, "POST", edit, {"in_app": 0, "mail": 0})[0] in (400, 403, 422)
    for body, expected in (
        ({"kind": "colour", "thing": 1}, 400),
        ({"kind": "tag", "thing": 10**9}, 404),
        ({"kind": "tag", "thing": "x"}, 404),
        ({"kind": "value", "thing": ""}, 400),
    ):
        answer = follow(**body)[0]
        assert answer == expected or (expected == 400 and answer in (403, 422)), body
    # What is hidden cannot be followed, and reads like what does not exist.
    hidden, gone = (
        follow(seed.stranger, kind="event", thing=event),
        follow(seed.stranger, kind="event", thing=10**9),
    )
    assert (hidden[0], hidden[1]["message"]) == (404, gone[1]["message"])
    assert listed(seed.stranger, name="Subscription") == []
    for path in (edit, f"/subscriptions/unfollow/{number}", "/subscriptions/unfollow/x"):
        assert call(seed.stranger.key, "POST", path, {"mail": 1})[0] == 404, path
    Event.objects.filter(pk=event).update(orgc=seed.org_c.pk, org=seed.org_c.pk)
    assert [row["name"] for row in listed(me, name="Subscription") if row["kind"] == "event"] == [None]
    assert call(me.key, "POST", f"/subscriptions/unfollow/{number}", {})[0] == 200
    assert not Subscription.objects.filter(pk=number).exists()
    assert AuditEntry.objects.filter(action__startswith="subscription").count() >= 4
