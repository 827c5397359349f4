"""The fixed cast of every story: who they are never changes, so a test only says what they do.

Organisation A writes. B shares a group with A. C is a stranger on the same hub. The hub's own staff run it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import make_sharing_group
from tests.factories.people import make_keys, make_organisations, make_roles, make_users
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
ROLES = {
    "User": USER,
    "Publisher": PUBLISHER,
    "Org Admin": ORG_ADMIN,
    "Read Only": READ_ONLY,
    "Sync user": SYNC_USER,
    "admin": frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Player:
    """A user with an API key."""

    user: User
    key: str

    @property
    def actor(self) -> Actor:
        """What the user may do right now, by API key."""
        return actor_for(self.user, Credential.API_KEY)


@dataclass(frozen=True, slots=True)
class Cast:
    """Four organisations, one sharing group (A and B), nine people and machines."""

    hub: Organisation
    org_a: Organisation
    org_b: Organisation
    org_c: Organisation
    group: SharingGroup
    analyst: Player
    colleague: Player
    publisher: Player
    org_admin: Player
    reader: Player
    partner: Player
    partner_sync: Player
    stranger: Player
    site_admin: Player


def make_cast() -> Cast:
    """Put the cast on stage: about thirty rows, in a statement for each table, for most tests begin so."""
    hub, org_a, org_b, org_c = make_organisations("Hub", "Organisation A", "Organisation B", "Organisation C")
    roles = make_roles(ROLES)
    users = make_users({  # In the order in which Cast has them.
        "analyst@a.example": (org_a, roles["User"]),
        "colleague@a.example": (org_a, roles["User"]),
        "publisher@a.example": (org_a, roles["Publisher"]),
        "admin@a.example": (org_a, roles["Org Admin"]),
        "reader@a.example": (org_a, roles["Read Only"]),
        "analyst@b.example": (org_b, roles["User"]),
        "sync@b.example": (org_b, roles["Sync user"]),
        "analyst@c.example": (org_c, roles["User"]),
        "staff@hub.example": (hub, roles["admin"]),
    })  # fmt: skip
    group = make_sharing_group(org_a, [org_a, org_b], name="A and B")
    people = [Player(user, key) for user, key in zip(users, make_keys(users), strict=True)]
    return Cast(hub, org_a, org_b, org_c, group, *people)
