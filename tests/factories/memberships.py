"""A member, organisation B of the seed data; the officer who decides on it, and the operator who helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from tests.factories import make_key, make_role, make_user
from tests.factories.seed import ORG_ADMIN, ApiUser, Seed
from tests.hub.membership import with_approval
from vardkase.core.clock import now_seconds
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.statements.services import begin_with
from vardkase.hub.membership.themes import MEASURES
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.organisations.models import Organisation

DETAILS = {
    "address": "Rådhuset, 123 45 Exempelköping",
    "contact_main": {"name": "Anna Ek", "email": "anna@b.example", "phone": "010-1"},
    "contact_technical": {"name": "Bo Ask", "email": "bo@b.example", "phone": ""},
    "domains": ["b.example", "c.example"],
}
FACTS = {
    "sector": "municipality",
    "connection": "both",
    "nis2": "essential",
    "county": "14",
    "details": DETAILS,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The people who work with memberships."""

    officer: ApiUser
    second: ApiUser
    operator: ApiUser
    admin: ApiUser
    """The member's administrator."""


def staff_of(seed: Seed, email: str, *roles: str) -> ApiUser:
    """A user of the hub with duties."""
    user = make_user(seed.hub, make_role("User", []), email, staff_roles=list(roles))
    return ApiUser(user, make_key(user))


def make_desk(seed: Seed) -> Desk:
    """The people of a test about memberships."""
    admin = make_user(seed.org_b, make_role("Org Admin", ORG_ADMIN), "admin@b.example")
    return Desk(
        officer=staff_of(seed, "officer@hub.example", "membership_officer"),
        second=staff_of(seed, "second@hub.example", "membership_officer"),
        operator=staff_of(seed, "operator@hub.example", "operator"),
        admin=ApiUser(admin, make_key(admin)),
    )


def at_the_screen(api_user: ApiUser) -> Actor:
    """The actor in a browser, with the organisation's current state."""
    user = User.objects.select_related("org", "role").get(pk=api_user.user.pk)
    return actor_for(user, Credential.BROWSER, confirmed_at=timezone.now())


def sign_in_set_up(organisation: Organisation, domain: str = "b.example") -> None:
    """Meet the hub's minimum: a verified domain, this machine's network, bound keys."""
    type(organisation).objects.filter(pk=organisation.pk).update(
        verified_domains=[domain], networks=["127.0.0.0/8"]
    )
    keys = AuthKey.objects.filter(user__org=organisation)
    keys.update(allowed_ips=["127.0.0.1"], expiration=now_seconds() + 300 * 86_400)


def opened(desk: Desk, organisation: Organisation, **facts: Any) -> Membership:
    """A membership in onboarding."""
    return with_approval.open_membership(at_the_screen(desk.officer), organisation, {**FACTS, **facts})


def member(desk: Desk, organisation: Organisation, *, statement: bool = True, **facts: Any) -> Membership:
    """An active membership with an accepted security statement, connected by web unless `facts` say otherwise."""
    membership = opened(desk, organisation, **{"connection": "web", **facts})
    if statement:
        begin_with(membership, {name: {"level": "3"} for name in MEASURES})
    return with_approval.admitted(organisation.pk)
