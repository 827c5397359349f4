"""Captures analyst data from documents: in events and their parts, nested, or from a peer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from vardkase.core.clock import now_in_whole_seconds, now_seconds
from vardkase.core.errors import FieldErrors
from vardkase.core.misp_problems import problems_of
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import is_shareable
from vardkase.identity.access.visibility import about_nothing_hidden, reader_parameters
from vardkase.identity.organisations.attribution import changes_only_its_own, misattributed
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import capture_organisations
from vardkase.intel.analyst_data.hooks import (
    AnalystDataStored,
    AnalystDataWritten,
    analyst_data_stored,
    analyst_data_written,
)
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.analyst_data.queries import readable_uuids
from vardkase.intel.analyst_data.rules import may_contribute, may_edit, speaks_for_others
from vardkase.intel.contribution_targets import ContributionTarget
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.problems import AnalystDataProblem
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import blocked_uuids
from vardkase.knowledge.blocklists.services import count_blocked
from vardkase.knowledge.galaxies.services import Captured
from vardkase.misp.analyst_data import KINDS, AnalystInput, analyst_parts, parse_analyst_data

AT_ONCE = 1000
REPLACED = (
    "object_type", "object_uuid", "authors", "modified", "distribution", "sharing_group", "text", "language",
    "opinion", "relationship_type", "related_object_type", "related_object_uuid",
)  # fmt: skip
"""The columns that a newer version replaces."""


@dataclass(slots=True)
class CarriedData:
    inputs: list[AnalystInput] = field(default_factory=list)
    refused: list[tuple[str, FieldErrors]] = field(default_factory=list)


def read_carried(carriers: Iterable[ContributionTarget]) -> CarriedData:
    """All analyst data in `carriers`, recursively. Each is about its carrier."""
    carried = CarriedData()
    # A list of its own rather than recursion: a document may be nested deeper than the stack.
    waiting = list(carriers)
    while waiting:
        carrier = waiting.pop()
        for kind, within, part in analyst_parts(carrier.data):
            place = f"{carrier.place}.{within}".lstrip(".")
            about = {"object_type": carrier.object_type, "object_uuid": carrier.object_uuid}
            if not isinstance(part, dict):
                carried.refused.append((place, {"uuid": [AnalystDataProblem.NOT_A_DOCUMENT()]}))
                continue
            parsed = parse_analyst_data(kind, {**part, **about}, now=now_seconds())
            if isinstance(parsed, dict):
                carried.refused.append((place, problems_of(parsed)))
                continue
            parsed.uuid = parsed.uuid or str(uuid4())
            carried.inputs.append(parsed)
            waiting.append(ContributionTarget(KINDS[kind], parsed.uuid, part, place))
    return carried


def capture_carried(actor: Actor, carriers: Iterable[ContributionTarget]) -> CarriedData:
    """Store the analyst data in a document, as far as the actor may contribute and it is new or newer.

    Everything from a connection is marked as foreign, also inside an event: MISP does not, and then refuses
    later versions.
    """
    if not may_contribute(actor):
        return CarriedData()
    carried = read_carried(carriers)
    store(actor, carried.inputs, locked=actor.is_connection)
    return carried


def store(actor: Actor, inputs: Sequence[AnalystInput], *, locked: bool = False) -> Counter[Captured]:
    """Store each of `inputs`, all with a uuid, unless it is blocked or stored in the same or a newer version.

    A stored one is replaced by a newer one from its creator, or from a sync user if it was `locked`. With
    `locked` everything comes from elsewhere. Part of the caller's transaction.
    """
    done: Counter[Captured] = Counter()
    # Of several with one uuid the first, in the order of the document.
    distinct = list({sent.uuid: sent for sent in reversed(inputs)}.values())[::-1]
    for start in range(0, len(distinct), AT_ONCE):
        done += _store(actor, distinct[start : start + AT_ONCE], locked=locked)
    return done


def _store(actor: Actor, inputs: Sequence[AnalystInput], *, locked: bool) -> Counter[Captured]:
    blocked = blocked_uuids(Blocked.ANALYST_DATA, [str(sent.uuid) for sent in inputs])
    # In the order of the ids, so that two requests never wait for each other.
    rows = AnalystData.objects.select_for_update().filter(uuid__in=[sent.uuid for sent in inputs])
    stored = {str(row.uuid): row for row in rows.order_by("pk")}
    creators = _Creators(actor, inputs, stored.values())
    readable = readable_uuids(actor, stored)
    groups = SharingGroups(actor)
    new, changed = [], []
    for sent in inputs:
        known = stored.get(str(sent.uuid))
        reach = groups.limited(*(sent.distribution, sent.sharing_group_id, sent.sharing_group))
        if not is_shareable(reach[0], texts_of(sent)):
            continue
        if sent.uuid in blocked or creators.is_blocked(sent) or creators.is_foreign(sent, known):
            continue
        if known is None:
            row = _new_row(actor, sent, creators)
            # Whether it came from elsewhere is not for a member to claim.
            row.locked = locked or (speaks_for_others(actor) and sent.locked)
            new.append(row)
        elif str(known.uuid) in readable and _replaces(actor, known, sent):
            changed.append(known)
        else:
            continue
        assign(new[-1] if known is None else known, sent, reach)
    AnalystData.objects.bulk_create(new)
    AnalystData.objects.bulk_update(changed, REPLACED)
    written = tuple(row.pk for row in (*new, *changed))
    mark_detached(actor, written)
    if written:
        analyst_data_written.emit(AnalystDataWritten(written))
    if new:
        analyst_data_stored.emit(AnalystDataStored(tuple(row.pk for row in new)))
    imported = len(new) + len(changed)
    return Counter({Captured.IMPORTED: imported, Captured.IGNORED: len(inputs) - imported})


def texts_of(sent: AnalystInput) -> tuple[str | None, ...]:
    return sent.text, sent.relationship_type, sent.authors


def assign(row: AnalystData, sent: AnalystInput, reach: tuple[int, int | None]) -> None:
    row.object_type, row.object_uuid = sent.object_type, UUID(sent.object_uuid)
    row.authors = sent.authors or row.authors
    row.modified = sent.modified or now_in_whole_seconds()
    row.distribution, row.sharing_group_id = reach
    row.text, row.language, row.opinion = sent.text, sent.language, sent.opinion
    row.relationship_type, row.related_object_type = sent.relationship_type, sent.related_object_type
    row.related_object_uuid = UUID(sent.related_object_uuid) if sent.related_object_uuid else None


def mark_detached(actor: Actor, ids: Sequence[int]) -> None:
    """Hide from others the actor's analyst data about existing targets that it may not read.

    It is stored as usual, so that the response does not reveal whether the target exists. Data from a
    connection is exempt: its author could read the target.
    """
    if not ids or actor.is_site_admin or actor.is_connection:
        return
    cursor().execute(
        f"UPDATE analyst_data n SET detached = NOT {about_nothing_hidden(actor, 'n')} WHERE n.id = ANY(%(ids)s)",
        reader_parameters(actor) | {"ids": list(ids)},
    )


def _new_row(actor: Actor, sent: AnalystInput, creators: _Creators) -> AnalystData:
    return AnalystData(
        kind=sent.kind,
        uuid=UUID(sent.uuid),
        org_id=actor.organisation_id,
        orgc_id=creators.of(sent),
        created=sent.created or sent.modified or now_in_whole_seconds(),
        authors=actor.name,
    )


def _replaces(actor: Actor, known: AnalystData, sent: AnalystInput) -> bool:
    may = may_edit(actor, known.orgc_id) or (actor.may(Permission.SYNC) and known.locked)
    return may and known.kind == sent.kind and (sent.modified or now_in_whole_seconds()) > known.modified


class _Creators:
    """The creator organisations that a list of documents names, looked up together."""

    def __init__(
        self, actor: Actor, inputs: Sequence[AnalystInput], stored: Iterable[AnalystData] = ()
    ) -> None:
        self._own = actor.organisation_id
        self._known: dict[str, int] = {}
        self._blocked: set[str] = set()
        self._foreign: dict[str, int] = {}
        self._changes_only: frozenset[int] = frozenset()
        if not speaks_for_others(actor):
            return  # What such an actor says of the creator is ignored: everything is its own organisation's.
        blocks = {uuid: block for sent in inputs for uuid, block in _named(sent)}
        self._blocked = blocked_uuids(Blocked.ORGANISATION, blocks)
        creators = {row.orgc_id for row in stored}
        self._foreign = misattributed(actor, uuids=blocks, ids=creators)
        if creators and changes_only_its_own(actor):
            self._changes_only = frozenset({actor.delivered_by, self._own})
        allowed = {uuid: block for uuid, block in blocks.items() if uuid not in self._blocked}
        organisations = Organisation.objects.filter(uuid__in=list(allowed))
        self._known = {str(uuid): pk for uuid, pk in organisations.values_list("uuid", "pk")}
        self._known |= capture_organisations(block for block in allowed.values() if block.get("name"))

    def of(self, sent: AnalystInput) -> int:
        return next((self._known[uuid] for uuid, _ in _named(sent) if uuid in self._known), self._own)

    def is_foreign(self, sent: AnalystInput, known: AnalystData | None) -> bool:
        """True if it belongs to an organisation the actor may not represent: as stored, otherwise as the
        document says."""
        if known is not None:
            others = bool(self._changes_only) and known.org_id not in self._changes_only
            return others or known.orgc_id in self._foreign.values()
        return any(uuid in self._foreign for uuid, _ in _named(sent))

    def is_blocked(self, sent: AnalystInput) -> bool:
        blocked = next((uuid for uuid, _ in _named(sent) if uuid in self._blocked), None)
        if blocked is not None:
            count_blocked(Blocked.ORGANISATION, blocked)
        return blocked is not None


def _named(sent: AnalystInput) -> Iterator[tuple[str, dict[str, Any]]]:
    block = sent.orgc or {}
    try:
        yield str(UUID(str(block.get("uuid") or ""))), block
    except ValueError:
        return
