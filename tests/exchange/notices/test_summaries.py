"""Mail of what a day, a week or a month brought."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.factories import make_event
from tests.factories.notices import put, saved, tag
from tests.factories.seed import Seed
from vardkase.core import schedules
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.notices.models import SentSummary
from vardkase.exchange.notices.summaries import send_summaries
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.models import Event

pytestmark = pytest.mark.usefixtures("mail")


@pytest.fixture
def published(seed: Seed) -> list[Event]:
    """One event that all may read, one that A alone may, and one of last week."""
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


def test_each_is_told_what_they_may_read_once(seed: Seed, published: list[Event]) -> None:
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
def test_in_the_open_it_only_counts_and_in_ones_own_language(seed: Seed) -> None:
    User.objects.filter(pk=seed.stranger.user.pk).update(notification_monthly=True, language="sv")
    told = sent("monthly")[seed.stranger.user.email]
    assert told.subject == "Det som publicerades den senaste månaden"
    assert "2 händelser publicerades." in told.text
    assert "open to all" not in told.text + told.html
    assert told.headers["List-Id"] == "<summary-monthly.hub.example>"


@pytest.mark.usefixtures("published")
def test_ones_own_filters_and_who_gets_none(seed: Seed) -> None:
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
def test_the_hub_does_it_by_itself() -> None:
    periods = {"daily": "day", "weekly": "week", "monthly": "month"}
    for period, rhythm in periods.items():
        found = schedules.find(f"notices.{period}_summary")
        assert found is not None
        assert (found.rhythm, found.on, found.work()) == (rhythm, True, 0)


@pytest.mark.usefixtures("published")
def test_another_hubs_account_gets_none(seed: Seed) -> None:
    """It reads by the rules of its connection; who has no such rules would be told the same as it, or it as they."""
    User.objects.filter(org=seed.org_b).update(notification_daily=True)
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=1)
    assert set(sent("daily")) == {seed.partner.user.email}


@pytest.mark.usefixtures("published")
def test_who_runs_or_audits_the_hub_gets_none(seed: Seed) -> None:
    """Nor what was gathered for a colleague; and the colleague gets theirs, whoever comes first."""
    operator, colleague = seed.analyst.user, seed.colleague.user
    User.objects.filter(pk__in=[operator.pk, colleague.pk]).update(notification_daily=True)
    User.objects.filter(pk=operator.pk).update(staff_roles=["operator"])
    assert set(sent("daily")) == {colleague.email}
