from __future__ import annotations

import pytest
from django.conf import settings

from tests.factories.applications import make_staff
from tests.factories.people import make_role, make_user
from tests.factories.seed import ORG_ADMIN, Seed
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole


@pytest.fixture(autouse=True)
def mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VARDKASE_SMTP_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "VARDKASE_MAIL_FROM", "hub@hub.example")
    monkeypatch.setattr(settings, "BASE_URL", "https://hub.example")


@pytest.fixture
def jurist(seed: Seed) -> User:
    return make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")


@pytest.fixture
def admin_b(seed: Seed) -> User:
    return make_user(seed.org_b, make_role("Admin of B", ORG_ADMIN), "admin@b.example")
