"""Subscriptions: who is notified of a published event because of what they follow, on the hub and by mail."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.factories import make_attribute, make_event
from tests.factories.content_access import operator_of
from tests.factories.event_page import text_of, visitor
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.analysis.saved_searches.models import SavedSearch, SharedWith
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notification_mails.alerts import send_alerts
from vardkase.exchange.notification_mails.followed import send_followed
from vardkase.exchange.notifications.models import Notification
from vardkase.exchange.notifications.queries import Shown, count_unread, notifications
from vardkase.exchange.subscriptions import services
from vardkase.exchange.subscriptions.models import FollowedKind, Subscription
from vardkase.exchange.subscriptions.services import Channels, change_channels, follow, unfollow
from vardkase.exchange.subscriptions.tasks import notify_followers
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = pytest.mark.usefixtures("password_is_enough")

MAIL, DAILY = Channels(in_app=False, mail=True), Channels(in_app=False, mail=True, daily=True)


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of A for the group of A and B, with a value for A alone."""
    made = make_event(
        seed.org_a, info="Beacons", distribution=4, sharing_group=seed.group, published=True,
        publish_timestamp=int(time.time()),
    )  # fmt: skip
    made.save()
    for value, distribution in (("c2.example", 5), ("ours.example", 0)):
        make_attribute(made, type="domain", value1=value, distribution=distribution).save()
    return made


def published(event: Event, publisher: int = 0) -> None:
    notify_followers(event_id=event.pk, version=event.publish_timestamp, publisher_id=publisher)


def notified(person: ApiUser) -> int:
    lines = notifications(person.actor, Shown.UNREAD, None, 50).rows
    assert count_unread(person.actor) == len(lines)
    return len(lines)


def tagged(event: Event, **fields: Any) -> Tag:
    tag = make_tag(f"followed:{Tag.objects.count()}", **fields)
    EventTag.objects.create(event=event, tag=tag)
    return tag


def test_followers_who_may_read_the_event_are_notified_once(seed: Seed, event: Event) -> None:
    tag = tagged(event)
    things: list[tuple[FollowedKind, Any]] = [
        (FollowedKind.ORGANISATION, seed.org_a.pk),
        (FollowedKind.TAG, tag.pk),
        (FollowedKind.VALUE, "C2.example"),
    ]
    for kind, thing in things:
        for person in (seed.partner, seed.stranger, seed.analyst):
            follow(person.actor, kind, thing)
        published(event, publisher=seed.analyst.user.pk)
        assert (notified(seed.partner), notified(seed.stranger), notified(seed.analyst)) == (1, 0, 0)
        Notification.objects.all().delete()
        Subscription.objects.filter(user=seed.partner.user).delete()
    follow(seed.partner.actor, FollowedKind.EVENT, event.pk)
    published(event)
    published(event)
    assert notified(seed.partner) == 1
    notify_followers(event_id=event.pk, version=1, publisher_id=0)
    Notification.objects.all().delete()
    notify_followers(event_id=event.pk, version=1, publisher_id=0)
    assert notified(seed.partner) == 0


def test_what_one_may_not_read_is_not_found_by_following(seed: Seed, event: Event) -> None:
    hidden = Attribute.objects.get(value1="ours.example")
    local = tagged(event)
    EventTag.objects.filter(tag=local).update(local=True)
    on_hidden = make_tag("on the hidden part")
    AttributeTag.objects.create(event=event, attribute=hidden, tag=on_hidden)
    cluster = make_cluster(
        make_galaxy("ours"),
        "Actor",
        default=False,
        org_id=seed.org_a.pk,
        orgc_id=seed.org_a.pk,
        distribution=0,
    )
    EventTag.objects.create(event=event, tag=make_tag(cluster.tag_name, is_galaxy=True))
    # To another organisation the cluster does not exist; one that follows it nevertheless finds nothing by it.
    with pytest.raises(NotFound):
        follow(seed.partner.actor, FollowedKind.CLUSTER, cluster.pk)
    Subscription.objects.create(user=seed.partner.user, kind=FollowedKind.CLUSTER, thing_id=cluster.pk)
    for person in (seed.partner, seed.analyst):
        follow(person.actor, FollowedKind.TAG, local.pk)
        follow(person.actor, FollowedKind.TAG, on_hidden.pk)
        follow(person.actor, FollowedKind.VALUE, "ours.example")
    follow(seed.colleague.actor, FollowedKind.CLUSTER, cluster.pk)
    published(event)
    assert (notified(seed.partner), notified(seed.analyst), notified(seed.colleague)) == (0, 1, 1)
    assert "Actor" not in text_of(visitor(seed.partner).get("/subscriptions/"))


def test_notification_of_a_value_that_has_become_hidden_is_not_shown(seed: Seed, event: Event) -> None:
    follow(seed.partner.actor, FollowedKind.VALUE, "c2.example")
    published(event)
    assert notified(seed.partner) == 1
    for change in ({"distribution": 0}, {"distribution": 5, "deleted": True}):
        Attribute.objects.filter(value1="c2.example").update(**change)
        assert notified(seed.partner) == 0
    Attribute.objects.filter(value1="c2.example").update(deleted=False)
    assert notified(seed.partner) == 1
    # A version that only others know of.
    Notification.objects.update(version=event.publish_timestamp + 1)
    assert notified(seed.partner) == 0


def test_saved_search_is_followed_while_one_may_open_it(seed: Seed, event: Event) -> None:
    search = SavedSearch.objects.create(
        user=seed.org_admin.user, org=seed.org_a, name="C2", kind="event-list", filters={"text": "Beacons"},
        shared_with=SharedWith.EVERYONE,
    )  # fmt: skip
    for person in (seed.partner, seed.stranger):
        follow(person.actor, FollowedKind.SEARCH, search.pk)
    published(event)
    assert (notified(seed.partner), notified(seed.stranger)) == (1, 0)
    Notification.objects.all().delete()
    SavedSearch.objects.update(shared_with=SharedWith.NOBODY)
    published(event)
    assert notified(seed.partner) == 0
    with pytest.raises(NotFound):
        follow(seed.analyst.actor, FollowedKind.SEARCH, search.pk)
    path = f"/subscriptions/search/{search.pk}/toggle/"
    admin = visitor(seed.org_admin)
    assert path in text_of(admin.get("/search/saved/"))
    assert "You follow this now." in text_of(admin.post(path, follow=True))
    assert f"/search/saved/{search.pk}/" in text_of(admin.get("/subscriptions/"))
    assert visitor(seed.analyst).post(path).status_code == 404
    assert admin.post(f"/subscriptions/event/{event.pk}/toggle/").status_code == 404


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"


def recipients() -> list[str]:
    return sorted(OutgoingMail.objects.values_list("recipient", flat=True))


@pytest.mark.usefixtures("with_mail")
def test_mail_comes_at_once_or_once_a_day(seed: Seed, event: Event) -> None:
    follow(seed.partner.actor, FollowedKind.ORGANISATION, seed.org_a.pk, MAIL)
    follow(seed.stranger.actor, FollowedKind.ORGANISATION, seed.org_a.pk, MAIL)
    follow(seed.colleague.actor, FollowedKind.VALUE, "c2.example", DAILY)
    follow(seed.analyst.actor, FollowedKind.VALUE, "c2.example")
    send_alerts(event.pk, event.publish_timestamp)
    assert recipients() == ["analyst@b.example"]
    # A filter of their own for all events does not keep back what they follow, and nobody gets two.
    User.objects.filter(pk=seed.partner.user.pk).update(autoalert=True)
    send_alerts(event.pk, event.publish_timestamp)
    assert recipients() == ["analyst@b.example"]
    OutgoingMail.objects.all().delete()
    assert (send_followed(), send_followed()) == (1, 0)
    assert recipients() == ["colleague@a.example"]
    # Without a key a mail does not say what is in the event.
    assert "Beacons" not in OutgoingMail.objects.get().text
    published(event)
    assert (notified(seed.partner), notified(seed.colleague), notified(seed.analyst)) == (0, 0, 1)


def test_following_is_limited_and_for_readers_alone(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = seed.partner.actor
    made = follow(actor, FollowedKind.VALUE, " C2.example ")
    assert (made.value, follow(actor, FollowedKind.VALUE, "c2.EXAMPLE").pk) == ("c2.example", made.pk)
    for value in ("", " ", "x" * 1001, "a\0b"):
        with pytest.raises(Invalid):
            follow(actor, FollowedKind.VALUE, value)
    with pytest.raises(Invalid):
        change_channels(actor, made.pk, Channels(in_app=False))
    with pytest.raises(NotFound):
        follow(seed.stranger.actor, FollowedKind.EVENT, event.pk)
    for act in (unfollow, lambda who, pk: change_channels(who, pk, MAIL)):
        with pytest.raises(NotFound):
            act(seed.analyst.actor, made.pk)
    with pytest.raises(Forbidden):
        follow(operator_of(seed).actor, FollowedKind.VALUE, "c2.example")
    monkeypatch.setattr(services, "MOST_FOLLOWED", 1)
    with pytest.raises(Conflict):
        follow(actor, FollowedKind.EVENT, event.pk)
    unfollow(actor, made.pk)
    follow(actor, FollowedKind.EVENT, event.pk)


def test_following_from_a_page_choosing_how_and_ending_with_undo(seed: Seed, event: Event) -> None:
    partner = visitor(seed.partner)
    page = f"/event/{event.pk}/"
    assert "Follow" in text_of(partner.get(page))
    sent = {"kind": "event", "thing": event.pk, "next": page}
    said = text_of(partner.post("/subscriptions/follow/", sent, follow=True))
    assert "You follow this now." in said
    assert "Unfollow" in said
    row = Subscription.objects.get()
    assert "On the hub" in text_of(partner.get("/subscriptions/"))
    edit = f"/subscriptions/{row.pk}/"
    assert partner.post(edit, {}).status_code == 422
    chosen = {"channels": "both", "daily": "1"}
    assert "On the hub, and by e-mail once a day" in text_of(partner.post(edit, chosen, follow=True))
    ended = text_of(partner.post(f"{edit}unfollow/", {"next": page}, follow=True))
    assert "Undo" in ended
    partner.post("/subscriptions/follow/", {**sent, **chosen})
    again = Subscription.objects.get()
    assert (again.in_app, again.mail, again.daily) == (True, True, True)
    # Nobody is sent elsewhere, and nothing hidden is followed.
    away = partner.post("/subscriptions/follow/", {**sent, "next": "//evil.example/"})
    assert away["Location"] == "/subscriptions/"
    stranger = visitor(seed.stranger)
    assert stranger.post("/subscriptions/follow/", sent).status_code == 404
    assert stranger.post("/subscriptions/follow/", {"kind": "x", "thing": "1"}).status_code == 404
    assert stranger.get(f"/subscriptions/{again.pk}/").status_code == 404
    Event.objects.filter(pk=event.pk).update(distribution=0)
    shown = text_of(partner.get("/subscriptions/"))
    assert "No longer available to you" in shown
    assert "Beacons" not in shown


def test_follow_buttons_on_values_organisations_and_tags(seed: Seed, event: Event) -> None:
    partner, tag = visitor(seed.partner), tagged(event)
    for page in (f"/administration/organisations/{seed.org_a.pk}/", "/value/?v=c2.example"):
        assert "/subscriptions/follow/" in text_of(partner.get(page))
    assert f"/subscriptions/tag/{tag.pk}/toggle/" in text_of(partner.get("/tags/"))
    for words in ("You follow this now.", "You no longer follow this."):
        assert words in text_of(partner.post(f"/subscriptions/tag/{tag.pk}/toggle/", follow=True))
    assert partner.post("/subscriptions/tag/99999/toggle/").status_code == 404
