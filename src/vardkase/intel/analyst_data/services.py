"""Services for analyst data: add, edit, delete, and receive from peers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_in_whole_seconds, now_seconds
from vardkase.core.errors import FieldErrors, Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.identity.organisations.attribution import require_attribution
from vardkase.intel.analyst_data.capture import (
    assign,
    capture_carried,
    mark_detached,
    read_carried,
    store,
    texts_of,
)
from vardkase.intel.analyst_data.hooks import AnalystDataWritten, analyst_data_written
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.analyst_data.queries import (
    FoundAnalystData,
    find_analyst_data,
    readable_uuids,
    stored_versions,
)
from vardkase.intel.analyst_data.rules import require_editor, speaks_for_others
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.contribution_targets import ContributionTarget
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.problems import AnalystDataProblem, IntelProblem
from vardkase.intel.queries.find import Reference
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import blocked_uuids, is_blocked
from vardkase.knowledge.blocklists.services import BlockReason, block
from vardkase.knowledge.galaxies.services import Captured
from vardkase.misp.analyst_data import AnalystInput, parse_analyst_data
from vardkase.misp.fields import read_uuid

BLOCKED: FieldErrors = {"uuid": [AnalystDataProblem.BLOCKED()]}
__all__ = [
    "Captured",
    "add_analyst_data",
    "delete_analyst_data",
    "edit_analyst_data",
    "receive_analyst_data",
    "wanted",
]

CHANGEABLE = frozenset(
    {
        "authors", "distribution", "sharing_group_id", "SharingGroup", "note", "language", "opinion", "comment",
        "relationship_type", "related_object_uuid", "related_object_type",
    }
)  # fmt: skip
"""What an edit may change; other members are ignored."""


@transaction.atomic
def add_analyst_data(actor: Actor, kind: AnalystDataKind, data: Mapping[str, Any]) -> int:
    """Add analyst data to the target that `data` names, with nested data; returns the id.

    The target need not exist or be readable, and the response does not reveal whether it does. Raises
    Forbidden, Invalid.
    """
    actor.require_writing(Permission.ADD, Permission.ANALYST_DATA)
    parsed = _parse(kind, data)
    parsed.uuid = parsed.uuid or str(uuid4())
    if AnalystData.objects.filter(uuid=parsed.uuid).exists():
        # For one that the actor may not read, the answer is the same as for one that is blocked.
        taken = {"uuid": [IntelProblem.UUID_TAKEN()]}
        raise Invalid(taken if readable_uuids(actor, [parsed.uuid]) else BLOCKED)
    if is_blocked(Blocked.ANALYST_DATA, parsed.uuid):
        raise Invalid(BLOCKED)
    _require_group(actor, parsed)
    require_shareable(parsed.distribution, texts_of(parsed))
    if parsed.orgc and speaks_for_others(actor):
        require_attribution(actor, read_uuid(parsed.orgc, {}))
    if not store(actor, [parsed])[Captured.IMPORTED]:
        raise Invalid({"orgc_uuid": [AnalystDataProblem.CREATOR_BLOCKED()]})
    row = AnalystData.objects.get(uuid=parsed.uuid)
    capture_carried(actor, [ContributionTarget(row.kind_name, parsed.uuid, data)])
    record(actor, IntelAction[f"{kind.name}_ADDED"], _audit_target(row))
    return row.pk


@transaction.atomic
def edit_analyst_data(
    actor: Actor,
    kind: AnalystDataKind,
    reference: Reference,
    data: Mapping[str, Any],
    *,
    seen: str | None = None,
) -> int:
    """Change what `data` names; returns the id.

    `seen` is the time of the version that the actor saw, in ISO format, where that matters. Raises NotFound,
    Forbidden, Invalid, ChangedMeanwhile.
    """
    row = _lock_row(actor, find_analyst_data(actor, kind, reference))
    # Each edit is at least a second later than the one before, so the time names the version.
    if seen is not None and row.modified.isoformat() != seen:
        raise ChangedMeanwhile
    sent = {key: value for key, value in data.items() if key in CHANGEABLE}
    parsed = _parse(kind, _document(row) | sent)
    # Peers take over a version only if its time, in whole seconds, is later.
    parsed.modified = max(now_in_whole_seconds(), row.modified + timedelta(seconds=1))
    require_shareable(parsed.distribution, texts_of(parsed))
    assign(row, parsed, (parsed.distribution, _require_group(actor, parsed)))
    row.save()
    mark_detached(actor, [row.pk])
    analyst_data_written.emit(AnalystDataWritten((row.pk,)))
    capture_carried(actor, [ContributionTarget(row.kind_name, str(row.uuid), data)])
    record(actor, IntelAction[f"{kind.name}_EDITED"], _audit_target(row))
    return row.pk


@transaction.atomic
def delete_analyst_data(actor: Actor, kind: AnalystDataKind, reference: Reference) -> int:
    """Delete permanently and block its uuid; returns the id. Data about it stays. Raises NotFound, Forbidden."""
    row = _lock_row(actor, find_analyst_data(actor, kind, reference))
    number, target = row.pk, _audit_target(row)
    about = BlockReason(info=(row.text or row.relationship_type)[:255], orgc=row.orgc.name)
    block(Blocked.ANALYST_DATA, row.uuid, about)
    row.delete()
    analyst_data_written.emit(AnalystDataWritten((number,)))
    record(actor, IntelAction[f"{kind.name}_DELETED"], target)
    return number


@transaction.atomic
def receive_analyst_data(actor: Actor, data: Mapping[str, Any]) -> Counter[Captured]:
    """Store what a peer pushes: ``{"Note": {…}}`` or several. Raises Forbidden.

    Each names its own target; nested data is about its parent.
    """
    actor.require_writing(Permission.SYNC)
    inputs, carriers, failed = [], [], 0
    for kind in AnalystDataKind:
        parts = data.get(kind.label)
        for part in parts if isinstance(parts, list) else [parts] if parts else []:
            parsed = parse_analyst_data(kind, part, now=now_seconds()) if isinstance(part, dict) else {}
            if isinstance(parsed, dict) or not parsed.uuid:
                failed += 1
                continue
            inputs.append(parsed)
            carriers.append(ContributionTarget(kind.label, parsed.uuid, part))
    carried = read_carried(carriers)
    done = store(actor, [*inputs, *carried.inputs], locked=True)
    done[Captured.FAILED] = failed + len(carried.refused)
    if done[Captured.IMPORTED]:
        record(
            actor,
            IntelAction.ANALYST_DATA_RECEIVED,
            Target("analyst_data"),
            {str(k): n for k, n in done.items()},
        )
    return done


def wanted(actor: Actor, offered: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Those offered by a peer (uuid → modification time, by type) that would be accepted; hidden ones count
    as unknown."""
    uuids = [uuid.lower() for versions in offered.values() for uuid in versions]
    readable = readable_uuids(actor, uuids)
    stored = {uuid: known for uuid, known in stored_versions(uuids).items() if uuid in readable}
    blocked = blocked_uuids(Blocked.ANALYST_DATA, uuids)
    return {
        kind: {
            uuid: modified
            for uuid, modified in versions.items()
            if uuid.lower() not in blocked and _is_news(stored.get(uuid.lower()), kind, modified)
        }
        for kind, versions in offered.items()
    }


def _is_news(stored: tuple[int, str, bool] | None, kind: str, modified: str) -> bool:
    if stored is None:
        return True
    # A copy that was created here (not locked) is never replaced by a peer's.
    number, known, locked = stored
    return AnalystDataKind(number).label == kind and locked and modified > known


def _lock_row(actor: Actor, found: FoundAnalystData) -> AnalystData:
    require_editor(actor, found.orgc_id)
    # Found again under the lock: it may have been deleted or hidden while this waited.
    # Of this row only: the organisation joined to it stays free for others.
    rows = AnalystData.objects.select_for_update(of=("self",)).select_related("orgc")
    return rows.get(pk=find_analyst_data(actor, AnalystDataKind(found.kind), found.id).id)


def _parse(kind: AnalystDataKind, data: Mapping[str, Any]) -> AnalystInput:
    parsed = parse_analyst_data(kind, data, now=now_seconds())
    if isinstance(parsed, dict):
        raise Invalid(problems_of(parsed))
    # MISP accepts an empty note, and peers send them; a member that is missing is an error.
    if kind is AnalystDataKind.NOTE and data.get("note") is None:
        raise Invalid({"note": [CommonProblem.REQUIRED()]})
    return parsed


def _require_group(actor: Actor, parsed: AnalystInput) -> int | None:
    return SharingGroups(actor).required(parsed.distribution, parsed.sharing_group_id, parsed.sharing_group)


def _document(row: AnalystData) -> dict[str, Any]:
    return {
        "object_type": row.object_type,
        "object_uuid": str(row.object_uuid),
        "authors": row.authors,
        "distribution": row.distribution,
        "sharing_group_id": row.sharing_group_id,
        ("comment" if row.kind == AnalystDataKind.OPINION else "note"): row.text,
        "language": row.language,
        "opinion": row.opinion,
        "relationship_type": row.relationship_type,
        "related_object_type": row.related_object_type,
        "related_object_uuid": str(row.related_object_uuid or ""),
    }


def _audit_target(row: AnalystData) -> Target:
    title = f"{row.kind_name} on {row.object_type} {row.object_uuid}"
    return Target(row.kind_name.lower(), row.pk, UUID(str(row.uuid)), title)
