"""The fixed seed data of every test: who they are never changes, so a test only says what they do.

Organisation A writes. B shares a group with A. C is a stranger on the same hub. The hub's own staff run it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils import timezone

from tests.factories.inserting import draw_keys, insert
from tests.factories.people import make_organisations, make_roles, new_key, new_user
from vardkase.core.settings.models import SettingValue
from vardkase.hub.law.kinds import LegalRuleKind, packaged
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg

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
LEGAL_ANSWERS = {
    "membership_appealable": "yes",
    "membership_basis": "4 § förordningen (2025:0000) om en nationell hubb",
    "public_party": "yes",
}
"""Who decides on memberships, on what that rests, and where an appeal goes: no decision is written without."""


def legal_answers() -> list[LegalRuleVersion]:
    """Rows that answer every legal question, not stored yet."""
    return [
        LegalRuleVersion(
            kind=LegalRuleKind.QUESTION,
            key=key,
            version=1,
            content=asdict(packaged(LegalRuleKind.QUESTION)[key]) | {"answer": answer},
            proposed_by="jurist@hub.example",
            approved_by="chief@hub.example",
            at=timezone.now(),
        )
        for key, answer in LEGAL_ANSWERS.items()
    ]


PEOPLE = (
    (1, "User", "analyst@a.example"),
    (1, "User", "colleague@a.example"),
    (1, "Publisher", "publisher@a.example"),
    (1, "Org Admin", "admin@a.example"),
    (1, "Read Only", "reader@a.example"),
    (2, "User", "analyst@b.example"),
    (2, "Sync user", "sync@b.example"),
    (3, "User", "analyst@c.example"),
    (0, "admin", "staff@hub.example"),
)
"""Of the hub (0), A, B or C, in the order of `Seed`."""


def make_seed() -> Seed:
    """Store the seed data: about forty rows, in four statements, since nearly every test begins so."""
    # One by itself: the database decides what of the hub a new organisation may use.
    orgs = make_organisations("Hub", "Organisation A", "Organisation B", "Organisation C")
    _, org_a, org_b, _ = orgs
    group_key, *keys = draw_keys([SharingGroup, *[User] * len(PEOPLE)])
    group = SharingGroup(pk=group_key, name="A and B", org=org_a, organisation_uuid=org_a.uuid)
    roles = make_roles(ROLES)
    people = zip(keys, PEOPLE, strict=True)
    users = [new_user(orgs[org], roles[role], email, pk=key) for key, (org, role, email) in people]
    issued = [new_key(user) for user in users]
    insert(
        [group],
        [SharingGroupOrg(sharing_group=group, org=org) for org in (org_a, org_b)],
        [SettingValue(name=name, value=value) for name, value in SENDER.items()],
        legal_answers(),
        users,
        [row for _, row in issued],
    )
    api_users = [ApiUser(user, key) for user, (key, _) in zip(users, issued, strict=True)]
    return Seed(*orgs, group, *api_users)
