"""Alerts that settings of the hub or of the user suppress."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.notification_mails import alerted, kept_back, put, saved
from tests.factories.seed import Seed
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notification_mails.alerts import send_alerts
from vardkase.identity.accounts.models import User
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.models import Attribute, Event


@pytest.mark.parametrize(
    ("settings_now", "is_sent"),
    [
        ({"MISP.block_old_event_alert": True, "MISP.block_old_event_alert_age": 30}, False),
        ({"MISP.block_old_event_alert": True, "MISP.block_old_event_alert_by_date": 30}, False),
        ({"MISP.block_old_event_alert_by_date": 30}, True),
        ({"MISP.block_event_alert": True, "MISP.block_event_alert_tag": "TLP:green"}, False),
        ({"MISP.block_event_alert": True}, True),
        ({"MISP.disable_emailing": True}, False),
    ],
)
@pytest.mark.usefixtures("subscribed_users")
def test_hub_settings_suppress_alerts(event: Event, settings_now: dict[str, Any], is_sent: bool) -> None:
    Event.objects.filter(pk=event.pk).update(timestamp=1_500_000_000, date="2017-07-14")
    for name, value in settings_now.items():
        put(name, value)
    assert bool(alerted(event)) is is_sent


@pytest.mark.usefixtures("subscribed_users")
def test_republication_within_the_ban_sends_no_alert(seed: Seed, event: Event) -> None:
    put("MISP.event_alert_republish_ban", True)
    first = len(alerted(event))
    for seconds, expected in ((60, first), (301, 2 * first)):
        event.publish_timestamp += seconds
        event.save()
        send_alerts(event.pk, event.publish_timestamp)
        assert OutgoingMail.objects.count() == expected


@pytest.mark.usefixtures("subscribed_users")
def test_limits_per_user_and_per_organisation_suppress_alerts(seed: Seed, event: Event) -> None:
    put("MISP.user_email_notification_ban", True)
    put("MISP.user_email_notification_ban_amount_threshold", 1)
    put("MISP.org_alert_threshold", 2)
    first = len(alerted(event))
    second, third = (
        saved(make_event, seed.org_a, distribution=1, published=True, publish_timestamp=1_800_000_000)
        for _ in range(2)
    )
    assert len(alerted(second)) == first
    assert len(kept_back(second)) == first
    put("MISP.user_email_notification_ban", False)
    alerted(third)
    assert OutgoingMail.objects.count() == 2 * first
    alerted(saved(make_event, seed.org_a, distribution=1, published=True, publish_timestamp=5))
    assert OutgoingMail.objects.count() == 2 * first


@pytest.mark.usefixtures("subscribed_users")
def test_users_with_summaries_get_no_single_alerts(seed: Seed, event: Event) -> None:
    put("MISP.publish_alerts_summary_only", True)
    User.objects.filter(pk=seed.analyst.user.pk).update(notification_weekly=True)
    assert seed.analyst.user.email not in alerted(event)
    assert "summaries" in kept_back(event)[seed.analyst.user.email]


@pytest.mark.parametrize(
    ("rule", "is_sent"),
    [
        ({}, True),
        ({"Tag.name": "TLP:%"}, True),
        ({"EventTag.name": ["tlp:red", "tlp:green"]}, True),
        ({"EventTag.name": "tlp_green"}, False),
        ({"AND": {"Tag.name": "tlp:green", "Orgc.name": "organisation a"}}, True),
        ({"AND": [{"Tag.name": "tlp:green"}, {"Orgc.name": "somebody"}]}, False),
        ({"OR": [{"Tag.name": "tlp:red"}, {"Event.info": "%phish%"}]}, True),
        ({"NOT": {"Event.info": "%phish%"}}, False),
        ({"NOT": {"Tag.name": "tlp:red"}}, True),
        ({"Attribute.value": "everybody.%"}, True),
        ({"Attribute.value": "only-a.example"}, False),
        ({"NOT": {"Attribute.value": "only-a.example"}}, True),
        ({"Attribute.value": "a-and-b.example"}, False),
        ({"Tag.name": "ours:secret"}, False),
        ({"ThreatLevel.name": "undefined", "Event.analysis": "0"}, True),
        ({"Object.name": "%"}, False),
        ({"Attribute.to_ids": 1}, False),
    ],
)
@pytest.mark.usefixtures("subscribed_users")
def test_users_alert_filter_matches_only_what_they_may_read(
    seed: Seed, event: Event, rule: Any, is_sent: bool
) -> None:
    """The filter is C's analyst's; everyone else is notified as usual."""
    Attribute.objects.update(to_ids=False)
    status, body = call(
        seed.stranger.key,
        "POST",
        "/userSettings/setSetting",
        {"setting": "publish_alert_filter", "value": rule},
    )
    assert status == 200, body
    mails = alerted(event)
    assert (seed.stranger.user.email in mails) is is_sent
    assert seed.analyst.user.email in mails
    assert (kept_back(event) == {}) is is_sent
    assert UserSetting.objects.count() == 1
