"""The fixed seed data of every test: who they are never changes, so a test only says what they do.

Organisation A writes. B shares a group with A. C is a stranger on the same hub. The hub's own staff run it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import make_keys, make_organisations, make_roles, make_sharing_group, make_users
from vardkase.core.settings.models import SettingValue
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation, SharingGroup

READ_ONLY = frozenset({Permission.AUDIT, Permission.AUTH})
USER = READ_ONLY | {
    Permission.ADD,
    Permission.MODIFY,
    Permission.MODIFY_ORG,
    Permission.TAGGER,
    Permission.SIGHTING,
    Permission.DECAYING,
    Permission.GALAXY_EDITOR,
    Permission.ANALYST_DATA,
}
PUBLISHER = USER | {
    Permission.PUBLISH,
    Permission.PUBLISH_ZMQ,
    Permission.PUBLISH_KAFKA,
    Permission.DELEGATE,
}
SYNC_USER = PUBLISHER | {Permission.SYNC, Permission.SHARING_GROUP, Permission.TAG_EDITOR}
ORG_ADMIN = PUBLISHER | {
    Permission.ADMIN,
    Permission.TEMPLATE,
    Permission.SHARING_GROUP,
    Permission.TAG_EDITOR,
}


@dataclass(frozen=True, slots=True)
class ApiUser:
    """A user with an API key."""

    user: User
    key: str

    @property
    def actor(self) -> Actor:
        """What the user may do right now, by API key."""
        return actor_for(self.user, Credential.API_KEY)


@dataclass(frozen=True, slots=True)
class Seed:
    """Four organisations, one sharing group (A and B), nine people and machines."""

    hub: Organisation
    org_a: Organisation
    org_b: Organisation
    org_c: Organisation
    group: SharingGroup
    analyst: ApiUser
    colleague: ApiUser
    publisher: ApiUser
    org_admin: ApiUser
    reader: ApiUser
    partner: ApiUser
    partner_sync: ApiUser
    stranger: ApiUser
    site_admin: ApiUser


ROLES = {
    "User": USER,
    "Publisher": PUBLISHER,
    "Org Admin": ORG_ADMIN,
    "Read Only": READ_ONLY,
    "Sync user": SYNC_USER,
    "admin": Permission,
}


SENDER = {
    "Vardkase.sender_name": "CERT-SE",
    "Vardkase.sender_address": "Box 1, 104 22 Stockholm",
    "Vardkase.appeal_court": "Förvaltningsrätten i Stockholm",
}
"""Who decides on memberships, and where an appeal goes: no decision is written without."""


def make_seed() -> Seed:
    """Store the seed data: about thirty rows, in few statements, since nearly every test begins so."""
    hub, org_a, org_b, org_c = make_organisations("Hub", "Organisation A", "Organisation B", "Organisation C")
    roles = make_roles(ROLES)
    user = roles["User"]
    users = make_users(
        (org_a, user, "analyst@a.example"),
        (org_a, user, "colleague@a.example"),
        (org_a, roles["Publisher"], "publisher@a.example"),
        (org_a, roles["Org Admin"], "admin@a.example"),
        (org_a, roles["Read Only"], "reader@a.example"),
        (org_b, user, "analyst@b.example"),
        (org_b, roles["Sync user"], "sync@b.example"),
        (org_c, user, "analyst@c.example"),
        (hub, roles["admin"], "staff@hub.example"),
    )
    group = make_sharing_group(org_a, [org_a, org_b], name="A and B")
    SettingValue.objects.bulk_create(SettingValue(name=name, value=value) for name, value in SENDER.items())
    return Seed(hub, org_a, org_b, org_c, group, *map(ApiUser, users, make_keys(users)))
