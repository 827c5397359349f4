"""Settings that change while the hub runs."""

from __future__ import annotations

import pytest

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting, declared_settings
from vardkase.core.settings.models import SettingValue

LIMIT = Setting("Test.limit", 20, "How many.", changed_by=ChangedBy.SITE_ADMIN)
SWITCH = Setting("Test.switch", True, "Whether.", changed_by=ChangedBy.SITE_ADMIN)
WORDS = Setting("Test.words", "", "What.", changed_by=ChangedBy.SITE_ADMIN)


@pytest.mark.django_db
def test_setting_has_its_default_until_it_is_set() -> None:
    assert LIMIT.value == 20
    SettingValue.objects.create(name="Test.limit", value=5)
    assert LIMIT.value == 5


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "value"), [(SWITCH, False), (WORDS, "två ord")])
def test_flags_and_texts_are_read_as_stored(setting: Setting[bool] | Setting[str], value: object) -> None:
    SettingValue.objects.create(name=setting.name, value=value)
    assert setting.value == value


def test_duplicate_declaration_is_refused() -> None:
    assert declared_settings()["Test.limit"] is LIMIT
    with pytest.raises(RuntimeError, match="declared twice"):
        Setting("Test.limit", 3, "Something else.", changed_by=ChangedBy.SITE_ADMIN)
