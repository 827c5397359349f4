"""Settings that change while the hub runs."""

from __future__ import annotations

import pytest

from vardkase.core.settings import Setting, declared_settings
from vardkase.core.settings.models import SettingValue

LIMIT = Setting("Test.limit", 20, "How many.")


@pytest.mark.django_db
def test_a_setting_is_its_default_until_somebody_sets_it() -> None:
    assert LIMIT.value == 20
    SettingValue.objects.create(name="Test.limit", value=5)
    assert LIMIT.value == 5


def test_a_name_is_declared_once() -> None:
    assert declared_settings()["Test.limit"] is LIMIT
    with pytest.raises(RuntimeError, match="declared twice"):
        Setting("Test.limit", 3, "Something else.")
