"""Which organisations an actor may name as creator of incoming content.

MISP lets a synchronising user name any organisation as the creator. Here many of these are members of the same hub:
one of them speaks for itself, so nobody else's account or instance may publish in its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from uuid import UUID

from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.identity.organisations.acting import SYNC_INTERNAL, Acting
from vardkase.identity.organisations.problems import AttributionProblem
from vardkase.identity.organisations.settings import host_organisation_id, membership_is_in_use

_reserved: list[Callable[[], UUID]] = []


def reserve(uuid_of_organisation: Callable[[], UUID]) -> None:
    """Let nobody but itself, not even the hub owner, name this organisation as a creator."""
    if uuid_of_organisation not in _reserved:
        _reserved.append(uuid_of_organisation)


def is_reserved(uuid: UUID) -> bool:
    return any(uuid_of() == uuid for uuid_of in _reserved)


def is_written_by_itself_alone(organisation_id: int) -> bool:
    """True for an organisation that is reserved: no administrator changes what bears its name."""
    return bool(_reserved) and is_reserved(_uuid_of(organisation_id))


@lru_cache(4096)
def _uuid_of(organisation_id: int) -> UUID:
    uuid: UUID = (
        cursor().execute("SELECT uuid FROM organisation WHERE id = %s", (organisation_id,)).fetchall()[0][0]
    )
    return uuid


def require_attribution(actor: Acting, creator_uuid: str | None) -> None:
    """Raise Invalid if the actor may not import data created by the organisation with this uuid."""
    if creator_uuid and misattributed(actor, uuids=[creator_uuid]):
        raise Invalid({"Orgc": [AttributionProblem.NOT_THE_SENDER()]})


def misattributed(actor: Acting, *, uuids: Iterable[str] = (), ids: Iterable[int] = ()) -> dict[str, int]:
    sender = actor.delivered_by or actor.organisation_id
    reserved = [uuid_of() for uuid_of in _reserved]
    values = {"uuids": list(uuids), "ids": list(ids), "sender": sender, "reserved": reserved}
    if not (values["uuids"] or values["ids"]):
        return {}
    found = cursor().execute(OTHER_MEMBERS, values).fetchall()
    if found and (actor.is_site_admin or _speaks_for_the_hub(actor, sender)):
        found = [each for each in found if each[2]]
    return {uuid: pk for uuid, pk, _is_reserved in found}


def is_delivered_by_another(actor: Acting, held_by: int) -> bool:
    """True if data without a member as creator, owned by organisation `held_by`, was delivered by somebody
    else.

    MISP accepts a later version from any sync user. Here that would let each member rewrite what a partner
    abroad has created: once membership is in use, updates come from the first source or the hub owner.
    """
    return held_by not in (actor.delivered_by, actor.organisation_id) and changes_only_its_own(actor)


def changes_only_its_own(actor: Acting) -> bool:
    if actor.is_site_admin or not membership_is_in_use():
        return False
    return not _speaks_for_the_hub(actor, actor.delivered_by or actor.organisation_id)


def _speaks_for_the_hub(actor: Acting, sender: int) -> bool:
    """True if the hub owner delivers it: by its own account, or over a connection that is not to a member.

    Once membership is in use, connections set up by a single person do not count.
    """
    if actor.is_connection and not actor.is_vouched_for:
        return False
    if sender == host_organisation_id():
        return True
    if not actor.is_connection:
        return False
    return SYNC_INTERNAL in actor.permissions or cursor().execute(IS_MEMBER, (sender,)).fetchone() is None


# An organisation without a membership whose accounts only synchronise is another instance: it passes on what others
# have created.
MEMBER = """(
    EXISTS (SELECT 1 FROM membership_in_use) AND o.fixed_standing NOT IN ('no_membership', 'terminated')
    OR o.local AND EXISTS (
        SELECT 1 FROM account u JOIN role r ON r.id = u.role_id WHERE u.org_id = o.id AND NOT r.perm_sync))"""

OTHER_MEMBERS = f"""
SELECT o.uuid::text, o.id, o.uuid = ANY(%(reserved)s::uuid[]) FROM organisation o
WHERE (o.uuid = ANY(%(uuids)s::uuid[]) OR o.id = ANY(%(ids)s::bigint[])) AND o.id <> %(sender)s
    AND (o.uuid = ANY(%(reserved)s::uuid[]) OR {MEMBER})
"""

IS_MEMBER = f"SELECT 1 FROM organisation o WHERE o.id = %s AND {MEMBER}"
