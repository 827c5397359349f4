"""People for tests of membership: officers of the hub, and applications in any state."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from vardkase.hub.membership.applications.access import Applicant
from vardkase.hub.membership.applications.models import Application
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.staff import StaffRole

BEFORE_ALL = datetime(2025, 12, 1, 12, tzinfo=UTC)
PHASE_1 = datetime(2026, 1, 10, 12, tzinfo=UTC)
PHASE_2 = datetime(2026, 3, 2, 12, tzinfo=UTC)

VISITOR = "198.51.100.7"

_numbers = count(1)


def make_staff(seed: Seed, role: StaffRole, email: str = "") -> User:
    """A user of the hub's own organisation with one duty."""
    plain = Role.objects.filter(name="Plain").first() or make_role("Plain", [Permission.AUTH])
    return make_user(seed.hub, plain, email or f"{role.value}@hub.example", staff_roles=[role.value])


def staff(seed: Seed, role: StaffRole = StaffRole.MEMBERSHIP_OFFICER, email: str = "") -> Actor:
    """The same as an Actor in a browser."""
    return actor_for(make_staff(seed, role, email), Credential.BROWSER, confirmed_at=timezone.now())


def make_application(state: str = "draft", **columns: Any) -> Application:
    """An application as a row in `state`, without the steps that lead there."""
    number = f"2000-{next(_numbers):05d}"  # A year in which no test begins one in the ordinary way.
    about = {"organisation_name": "Skogsby kommun", "sector": "municipality", "email": "anna@skogsby.example"}
    return Application.objects.create(number=number, state=state, **(about | columns))


def applicant(application: Application) -> Applicant:
    """The holder of the application's private link."""
    return Applicant(application.pk, application.email, VISITOR)
