"""The page of one's mail notifications."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pysequoia import Tsk

from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.identity.accounts.models import User
from vardkase.identity.user_settings.models import UserSetting
from vardkase.identity.user_settings.notifications import NotificationPreferences, preferences_of

pytestmark = pytest.mark.usefixtures("password_is_enough")

PAGE = "/account/notifications/"


def settings_of(user: User) -> dict[str, Any]:
    return dict(UserSetting.objects.filter(user=user).values_list("setting", "value"))


def test_preferences_are_stored(seed: Seed) -> None:
    client, user = signed_in(seed.analyst), seed.analyst.user
    key = str(Tsk.generate(user_id="Anna <a@a.example>").extract_certificate())
    chosen = {
        "autoalert": "on",
        "notification_weekly": "on",
        "tags": ["tlp:green", "tlp:amber", "tlp:green"],
        "without_tags": "test",
        "organisations": "Organisation B",
        "summary_tags": "tlp:green",
        "gpgkey": key,
    }
    assert client.post(PAGE, chosen).status_code == 302
    user.refresh_from_db()
    assert (user.autoalert, user.contactalert, user.notification_weekly) == (True, False, True)
    wanted = {
        "Tag.name": ["tlp:green", "tlp:amber"],
        "Orgc.name": ["Organisation B"],
        "NOT": {"Tag.name": ["test"]},
    }
    assert settings_of(user) == {
        "publish_alert_filter": {"AND": wanted},
        "periodic_notification_filters": {"tags": ["tlp:green"]},
    }
    page = client.get(PAGE).content.decode()
    assert "Organisation B" in page
    assert "encrypted with your key" in page or "krypteras med din nyckel" in page
    assert client.post(PAGE, {"tags": ""}).status_code == 302
    user.refresh_from_db()
    assert (settings_of(user), user.autoalert, user.gpgkey) == ({}, False, "")


@pytest.mark.parametrize(("field", "value"), [("gpgkey", "nonsense"), ("certif_public", "nonsense")])
def test_unusable_key_is_refused(seed: Seed, field: str, value: str) -> None:
    answer = signed_in(seed.analyst).post(PAGE, {"autoalert": "on", field: value})
    assert answer.status_code == 422
    assert any(words in answer.content.decode() for words in ("This is not a ", "Det här är ing"))
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.autoalert is False


def test_complex_filter_is_kept(seed: Seed) -> None:
    rule = {"OR": [{"Attribute.type": "<b>md5"}, {"Tag.name": "x"}]}
    UserSetting.objects.create(
        user=seed.analyst.user, setting="publish_alert_filter", value=rule, timestamp=1
    )
    client = signed_in(seed.analyst)
    assert "&lt;b&gt;md5" in client.get(PAGE).content.decode()
    client.post(PAGE, {"autoalert": "on", "tags": "tlp:red"})
    assert settings_of(seed.analyst.user)["publish_alert_filter"] == rule


@pytest.mark.parametrize(
    ("rule", "wishes"),
    [
        ({}, NotificationPreferences()),
        ({"AND": {"Tag.name": "x"}}, NotificationPreferences(("x",))),
        ({"AND": {"NOT": {"Tag.name": ["y"]}}}, NotificationPreferences((), ("y",))),
        ({"AND": {"NOT": {"Orgc.name": ["y"]}}}, None),
        ({"AND": [{"Tag.name": "x"}]}, None),
        ({"AND": {"Tag.name": "x"}, "OR": {}}, None),
        ({"Tag.name": "x"}, None),
    ],
)
def test_filters_expressible_as_preferences(rule: Any, wishes: NotificationPreferences | None) -> None:
    assert preferences_of(rule) == wishes


def test_page_changes_only_own_preferences(seed: Seed) -> None:
    assert Client().get(PAGE).status_code == 302
    signed_in(seed.analyst).post(PAGE, {"autoalert": "on", "user_id": seed.colleague.user.pk})
    seed.colleague.user.refresh_from_db()
    assert seed.colleague.user.autoalert is False
