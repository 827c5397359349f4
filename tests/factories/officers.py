"""The hub's officers, for tests of membership and cases."""

from __future__ import annotations

from tests.factories import make_key, make_role, make_user
from tests.factories.seed import USER, ApiUser, Seed
from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.staff import StaffRole


def officer(seed: Seed, email: str = "per@hub.example", *duties: StaffRole, org: str = "hub") -> ApiUser:
    """A user of the hub (or of another seeded organisation) with `duties`: an officer by default."""
    role = Role.objects.filter(name="Officer").first() or make_role("Officer", USER)
    user = make_user(getattr(seed, org), role, email)
    user.staff_roles = [each.value for each in duties or (StaffRole.MEMBERSHIP_OFFICER,)]
    user.save()
    return ApiUser(user, make_key(user))
