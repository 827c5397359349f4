"""Captures a sharing group from a document (an API call or another instance), by its UUID.

A group we do not know is added only when the document gives the actor's organisation the right to extend it, or
it comes from a site administrator or over a connection that one has set up. One we know is
brought up to date by where it came from and by those who may change it, when the document is newer; organisations
are added and never removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations import rules
from vardkase.identity.organisations.acting import SHARING_GROUP, SYNC, Acting
from vardkase.identity.organisations.attribution import misattributed
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)
from vardkase.identity.organisations.names import organisation_skeleton
from vardkase.identity.organisations.queries import visible_groups
from vardkase.identity.organisations.services.capture import (
    MAX_NAME,
    capture_organisations,
    free_name,
    uuid_of,
)
from vardkase.identity.organisations.services.groups import THIS_INSTANCE, apply
from vardkase.misp.flags import as_bool, as_int


@transaction.atomic
def capture_sharing_group(actor: Acting, block: Mapping[str, Any]) -> int | None:
    """The local id of the group that `block` (a wire ``SharingGroup``) describes; None if not permitted.

    An unknown group is added; a known one is updated where the actor may.
    """
    actor.require_writing()
    uuid = uuid_of(block.get("uuid"))
    group = SharingGroup.objects.select_for_update().filter(uuid=uuid).first() if uuid else None
    if group is None:
        return _add(actor, block, uuid or uuid4())
    if _is_newer(block, group):
        _update(actor, group, block)
    return group.pk if actor.is_site_admin or _delivered(actor, group) or _is_reader(actor, group) else None


def _add(actor: Acting, block: Mapping[str, Any], uuid: UUID) -> int | None:
    name = str(block.get("name") or "").strip()[:MAX_NAME]
    if not name or not _may_add(actor, block) or _is_anothers(actor, block):
        return None
    owner = _owner(actor, block)
    members = _members(block)
    group = SharingGroup(
        uuid=uuid,
        org=owner,
        organisation_uuid=owner.uuid,
        sync_user_id=actor.user_id or 0,
        connection_id=actor.connection_id,
        local=False,
    )
    apply(group, block)
    group.name = _free_name(actor, name)
    group.save()
    _merge_members(group, members)
    _add_servers(
        group,
        block,
        all_orgs=_opens_to_all(actor, block) or (SYNC in actor.permissions and _opens_this_instance(block)),
    )
    record(actor, IdentityAction.SHARING_GROUP_CREATED, Target.of(group), {"organisations": sorted(members)})
    return group.pk


def _may_add(actor: Acting, block: Mapping[str, Any]) -> bool:
    if actor.is_site_admin or actor.is_connection:
        return True
    return SHARING_GROUP in actor.permissions and (
        _lets_extend(actor, block) or (SYNC in actor.permissions and _opens_this_instance(block))
    )


def _is_anothers(actor: Acting, block: Mapping[str, Any]) -> bool:
    owner = uuid_of(block.get("organisation_uuid") or _mapping(block.get("Organisation")).get("uuid"))
    return SYNC in actor.permissions and owner is not None and bool(misattributed(actor, uuids=[str(owner)]))


def _lets_extend(actor: Acting, block: Mapping[str, Any]) -> bool:
    own = str(Organisation.objects.get(pk=actor.organisation_id).uuid)
    entries = [_mapping(entry) for entry in _list(block.get("SharingGroupOrg"))]
    return any(
        as_bool(entry.get("extend")) and _is_entry_of(entry, own, actor.organisation_id) for entry in entries
    )


def _is_entry_of(entry: Mapping[str, Any], uuid: str, pk: int) -> bool:
    organisation = _mapping(entry.get("Organisation"))
    if organisation:
        return str(organisation.get("uuid") or "").lower() == uuid
    return str(entry.get("org_id")) == str(pk)


def _delivered(actor: Acting, group: SharingGroup) -> bool:
    if group.local or SYNC not in actor.permissions:
        return False
    if actor.is_connection:
        return actor.connection_id != 0 and group.connection_id == actor.connection_id
    return group.sync_user_id == actor.user_id


def _is_newer(block: Mapping[str, Any], group: SharingGroup) -> bool:
    """True if `block` is newer than the stored group; one without a date (an API call) counts as new."""
    try:
        modified = datetime.strptime(str(block.get("modified")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return True
    # Times on the wire are in whole seconds.
    return modified > group.modified.replace(microsecond=0)


def _update(actor: Acting, group: SharingGroup, block: Mapping[str, Any]) -> None:
    """Apply an update: everything for the owner and the original source, members for those who may extend.

    A connection changes only groups that were delivered over it, whatever its organisation owns or may
    extend: its data is another instance's statement, not that of the organisation that runs it.
    """
    if actor.is_connection and not _delivered(actor, group):
        return
    owns = _delivered(actor, group) or rules.may_delete_group(actor, group)
    if not owns and not rules.may_change_group(actor, group, group.members.all()):
        return
    if owns:
        apply(group, block)
        group.name = _free_name(actor, group.name, group.pk)
        _add_servers(group, block, all_orgs=_opens_to_all(actor, block))
    group.save()
    _merge_members(group, _members(block))
    record(actor, IdentityAction.SHARING_GROUP_EDITED, Target.of(group), {"captured": True})


def _is_reader(actor: Acting, group: SharingGroup) -> bool:
    if not group.active:
        return False
    return (
        rules.owns_group(actor, group)
        or group.members.filter(org_id=actor.organisation_id).exists()
        or group.servers.filter(server_id=THIS_INSTANCE, all_orgs=True).exists()
    )


def _owner(actor: Acting, block: Mapping[str, Any]) -> Organisation:
    if actor.is_site_admin or SYNC in actor.permissions:
        named = _mapping(block.get("Organisation"))
        uuid = str(block.get("organisation_uuid") or named.get("uuid") or "")
        name = named.get("name") if str(named.get("uuid", "")).lower() == uuid.lower() else None
        captured = capture_organisations([{"uuid": uuid, "name": name}], created_by=actor.user_id or 0)
        if captured:
            return Organisation.objects.get(pk=next(iter(captured.values())))
    return Organisation.objects.get(pk=actor.organisation_id)


def _members(block: Mapping[str, Any]) -> dict[int, bool]:
    entries = [_mapping(entry) for entry in _list(block.get("SharingGroupOrg"))]
    blocks = [_mapping(entry.get("Organisation")) for entry in entries]
    captured = capture_organisations(blocks)
    local = {number for entry in entries if (number := as_int(entry.get("org_id"))) is not None}
    known = set(Organisation.objects.filter(pk__in=local).values_list("pk", flat=True))
    members: dict[int, bool] = {}
    for entry, organisation in zip(entries, blocks, strict=True):
        pk = captured.get(str(organisation.get("uuid") or "").lower())
        if pk is None and not organisation and (number := as_int(entry.get("org_id"))) in known:
            pk = number
        if pk is not None:
            members[pk] = members.get(pk, False) or as_bool(entry.get("extend"))
    return members


def _merge_members(group: SharingGroup, members: Mapping[int, bool]) -> None:
    rows = [SharingGroupOrg(sharing_group=group, org_id=pk, extend=extend) for pk, extend in members.items()]
    SharingGroupOrg.objects.bulk_create(rows, ignore_conflicts=True)


def _add_servers(group: SharingGroup, block: Mapping[str, Any], *, all_orgs: bool) -> None:
    """Add this instance if the document lists its URL, and always to a group that does not roam.

    Other servers have their own records in the exchange layer, which a document cannot create.
    """
    is_listed = any(_is_this_instance(entry) for entry in _list(block.get("SharingGroupServer")))
    if group.roaming and not is_listed:
        return
    SharingGroupServer.objects.get_or_create(
        sharing_group=group,
        server_id=THIS_INSTANCE,
        defaults={"all_orgs": all_orgs},
    )


def _opens_to_all(actor: Acting, block: Mapping[str, Any]) -> bool:
    """True if the document opens a group, and events already shared with it, to every organisation here.

    Allowed only to actors who may do so otherwise (`groups.add_server_to_group`), and to connections that one
    of them has set up.
    """
    if actor.is_site_admin:
        return _opens_this_instance(block) or _opens_by_id(block)
    return actor.is_connection and _opens_this_instance(block)


def _opens_this_instance(block: Mapping[str, Any]) -> bool:
    entries = _list(block.get("SharingGroupServer"))
    return any(_is_this_instance(entry) and as_bool(_mapping(entry).get("all_orgs")) for entry in entries)


def _opens_by_id(block: Mapping[str, Any]) -> bool:
    """True if an entry without a URL names server 0: an administrator's way to name this instance."""
    entries = [_mapping(entry) for entry in _list(block.get("SharingGroupServer"))]
    return any(
        str(entry.get("server_id")) == "0" and not entry.get("Server") and as_bool(entry.get("all_orgs"))
        for entry in entries
    )


def _is_this_instance(entry: Any) -> bool:
    url = str(_mapping(_mapping(entry).get("Server")).get("url") or "").rstrip("/")
    return bool(url) and url == settings.BASE_URL


def _free_name(actor: Acting, name: str, pk: int | None = None) -> str:
    clash = visible_groups(actor).exclude(pk=pk or 0).filter(name__iexact=name).exists()
    return free_name(name, {organisation_skeleton(name)}) if clash else name[:255]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
