"""Daily, weekly and monthly summaries by mail."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.factories import make_event
from tests.factories.notification_mails import put, saved, tag
from tests.factories.seed import Seed
from vardkase.core import schedules
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notification_mails.models import SentSummary
from vardkase.exchange.notification_mails.summaries import send_summaries
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.models import Event

pytestmark = pytest.mark.usefixtures("mail")


@pytest.fixture
def published(seed: Seed) -> list[Event]:
    """One event for everyone, one for A only, and one of last week."""
    now = int(time.time())
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("open to all", {"distribution": 1, "publish_timestamp": now - 60}),
        ("for A alone", {"distribution": 0, "publish_timestamp": now - 60}),
        ("of last week", {"distribution": 1, "publish_timestamp": now - 5 * 86_400}),
    ]
    events = [
        saved(make_event, seed.org_a, info=info, published=True, attribute_count=2, **fields)
        for info, fields in kinds
    ]
    tag(events[0], "tlp:green")
    return events


def sent(period: str) -> dict[str, OutgoingMail]:
    send_summaries(period)
    return {mail.recipient: mail for mail in OutgoingMail.objects.all()}


def test_summary_is_sent_once_with_what_the_recipient_may_read(seed: Seed, published: list[Event]) -> None:
    put("GnuPG.bodyonlyencrypted", False)
    people = [seed.analyst.user.pk, seed.stranger.user.pk]
    User.objects.filter(pk__in=people).update(notification_daily=True, notification_weekly=True)
    mails = sent("daily")
    assert set(mails) == {seed.analyst.user.email, seed.stranger.user.email}
    ours, theirs = mails[seed.analyst.user.email], mails[seed.stranger.user.email]
    assert ("for A alone" in ours.text, "for A alone" in ours.html) == (True, True)
    assert ("for A alone" in theirs.text, "for A alone" in theirs.html) == (False, False)
    assert "1 händelse publicerades." in theirs.text
    assert "of last week" not in ours.text
    assert len(sent("daily")) == 2
    OutgoingMail.objects.all().delete()
    assert "of last week" in sent("weekly")[seed.stranger.user.email].text
    SentSummary.objects.update(of="2020-01-01")
    OutgoingMail.objects.all().delete()
    assert len(sent("daily")) == 2


@pytest.mark.usefixtures("published")
def test_unencrypted_summary_only_counts_in_the_users_language(seed: Seed) -> None:
    User.objects.filter(pk=seed.stranger.user.pk).update(notification_monthly=True, language="sv")
    mail = sent("monthly")[seed.stranger.user.email]
    assert mail.subject == "Det som publicerades den senaste månaden"
    assert "2 händelser publicerades." in mail.text
    assert "open to all" not in mail.text + mail.html
    assert mail.headers["List-Id"] == "<summary-monthly.hub.example>"


@pytest.mark.usefixtures("published")
def test_summary_follows_user_filters_and_skips_users_without_access(seed: Seed) -> None:
    put("GnuPG.bodyonlyencrypted", False)
    User.objects.update(notification_daily=True)
    User.objects.filter(pk=seed.colleague.user.pk).update(disabled=True)
    Organisation.objects.filter(pk=seed.org_b.pk).update(read_period=NEVER)
    for api_user, filters in ((seed.analyst, {"tags": ["tlp:green"]}), (seed.reader, {"tags": ["tlp:red"]})):
        UserSetting.objects.create(
            user=api_user.user, setting="periodic_notification_filters", value=filters, timestamp=1
        )
    mails = sent("daily")
    assert "for A alone" not in mails[seed.analyst.user.email].text
    for nobody in (seed.reader, seed.colleague, seed.partner):
        assert nobody.user.email not in mails


@pytest.mark.usefixtures("seed")
def test_summaries_are_scheduled() -> None:
    periods = {"daily": "day", "weekly": "week", "monthly": "month"}
    for period, rhythm in periods.items():
        found = schedules.find(f"notices.{period}_summary")
        assert found is not None
        assert (found.rhythm, found.on, found.work()) == (rhythm, True, 0)


@pytest.mark.usefixtures("published")
def test_connection_account_gets_no_summary(seed: Seed) -> None:
    """It reads by the rules of its connection; a summary shared with users without such rules would show too
    much or too little.
    """
    User.objects.filter(org=seed.org_b).update(notification_daily=True)
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=1)
    assert set(sent("daily")) == {seed.partner.user.email}


@pytest.mark.usefixtures("published")
def test_operators_and_auditors_get_no_summaries(seed: Seed) -> None:
    """Nor the summary cached for a colleague; and the colleague gets theirs, in either order."""
    operator, colleague = seed.analyst.user, seed.colleague.user
    User.objects.filter(pk__in=[operator.pk, colleague.pk]).update(notification_daily=True)
    User.objects.filter(pk=operator.pk).update(staff_roles=["operator"])
    assert set(sent("daily")) == {colleague.email}
