"""Which organisations in a sharing group a reader may see."""

from __future__ import annotations

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.settings import HIDE_GROUP_MEMBERS

GROUP_MEMBERS_HIDDEN = (
    f"SELECT 1 FROM setting_value WHERE name = '{HIDE_GROUP_MEMBERS.name}' AND value = 'true'"
)


def group_member_predicate(actor: Actor, member: str = "m", group: str = "g") -> str:
    """SQL for the organisations in sharing groups that the actor may see.

    With `hides_members` only the group's owner sees all members; the rest see themselves and the owner. With
    HIDE_GROUP_MEMBERS that holds for every group, for users who may not handle sharing groups.
    """
    if actor.is_site_admin:
        return "TRUE"
    reader = str(int(actor.organisation_id))
    shown = f"NOT {group}.hides_members"
    if not actor.may(Permission.SHARING_GROUP):
        shown = f"({shown} AND NOT EXISTS ({GROUP_MEMBERS_HIDDEN}))"
    return f"({shown} OR {group}.org_id = {reader} OR {member}.org_id IN ({group}.org_id, {reader}))"
