"""Captures analyst data from documents: in events and their parts, nested, or from a peer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from vardkase.core.clock import now_seconds
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
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.analyst_data.queries import readable_uuids
from vardkase.intel.analyst_data.rules import may_contribute, may_edit, speaks_for_others
from vardkase.intel.contribution_targets import ContributionTarget
from vardkase.intel.problems import AnalystDataProblem
from vardkase.intel.services.sharing import SharingGroups
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import blocked_uuids
from vardkase.knowledge.blocklists.services import count_blocked
from vardkase.knowledge.galaxies.services import Captured
from vardkase.misp.analyst_data import KINDS, AnalystInput, analyst_parts, parse_analyst_data

AT_ONCE = 1000
CHANGING = (
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
    found = CarriedData()
    waiting = list(carriers)
    while waiting:
        carrier = waiting.pop()
        for kind, within, part in analyst_parts(carrier.data):
            place = f"{carrier.place}.{within}".lstrip(".")
            about = {"object_type": carrier.object_type, "object_uuid": carrier.object_uuid}
            if not isinstance(part, dict):
                found.refused.append((place, {"uuid": [AnalystDataProblem.NOT_A_DOCUMENT()]}))
                continue
            parsed = parse_analyst_data(kind, {**part, **about}, now=now_seconds())
            if isinstance(parsed, dict):
                found.refused.append((place, problems_of(parsed)))
                continue
            parsed.uuid = parsed.uuid or str(uuid4())
            found.inputs.append(parsed)
            waiting.append(ContributionTarget(KINDS[kind], parsed.uuid, part, place))
    return found


def capture_carried(actor: Actor, carriers: Iterable[ContributionTarget]) -> CarriedData:
    """Store the analyst data in a document, as far as the actor may contribute and it is new or newer.

    Everything from a connection is marked as foreign, also inside an event: MISP does not, and then refuses
    later versions.
    """
    if not may_contribute(actor):
        return CarriedData()
    found = read_carried(carriers)
    store(actor, found.inputs, locked=actor.is_connection)
    return found


def store(actor: Actor, inputs: Sequence[AnalystInput], *, locked: bool = False) -> Counter[Captured]:
    """Store each of `inputs`, all with a uuid, unless it is blocked or stored in the same or a newer version.

    A stored one is replaced by a newer one from its creator, or from a sync user if it was `locked`. With
    `locked` everything comes from elsewhere. Part of the caller's transaction.
    """
    done: Counter[Captured] = Counter()
    once = list({each.uuid: each for each in reversed(inputs)}.values())[::-1]
    for start in range(0, len(once), AT_ONCE):
        done += _store(actor, once[start : start + AT_ONCE], locked=locked)
    return done


def _store(actor: Actor, inputs: Sequence[AnalystInput], *, locked: bool) -> Counter[Captured]:
    blocked = blocked_uuids(Blocked.ANALYST_DATA, [str(each.uuid) for each in inputs])
    stored = _locked_rows(inputs)
    creators = _Creators(actor, inputs, stored.values())
    readable = readable_uuids(actor, stored)
    groups = SharingGroups(actor)
    new, changed = [], []
    for each in inputs:
        known = stored.get(str(each.uuid))
        reach = groups.limited(*(each.distribution, each.sharing_group_id, each.sharing_group))
        if not is_shareable(reach[0], texts_of(each)):
            continue
        if each.uuid in blocked or creators.is_blocked(each) or creators.is_foreign(each, known):
            continue
        if known is None:
            row = _new_row(actor, each, creators)
            row.locked = locked or (speaks_for_others(actor) and each.locked)
            new.append(row)
        elif str(known.uuid) in readable and _replaces(actor, known, each):
            changed.append(known)
        else:
            continue
        assign(new[-1] if known is None else known, each, reach)
    AnalystData.objects.bulk_create(new)
    AnalystData.objects.bulk_update(changed, CHANGING)
    mark_detached(actor, [row.pk for row in (*new, *changed)])
    imported = len(new) + len(changed)
    return Counter({Captured.IMPORTED: imported, Captured.IGNORED: len(inputs) - imported})


def texts_of(said: AnalystInput) -> tuple[str | None, ...]:
    return said.text, said.relationship_type, said.authors


def assign(row: AnalystData, said: AnalystInput, reach: tuple[int, int | None]) -> None:
    row.object_type, row.object_uuid = said.object_type, UUID(said.object_uuid)
    row.authors = said.authors or row.authors
    row.modified = said.modified or now()
    row.distribution, row.sharing_group_id = reach
    row.text, row.language, row.opinion = said.text, said.language, said.opinion
    row.relationship_type, row.related_object_type = said.relationship_type, said.related_object_type
    row.related_object_uuid = UUID(said.related_object_uuid) if said.related_object_uuid else None


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


def now() -> datetime:
    return datetime.fromtimestamp(now_seconds(), UTC)


def _locked_rows(inputs: Sequence[AnalystInput]) -> dict[str, AnalystData]:
    rows = AnalystData.objects.select_for_update().filter(uuid__in=[each.uuid for each in inputs])
    return {str(row.uuid): row for row in rows.order_by("pk")}


def _new_row(actor: Actor, said: AnalystInput, creators: _Creators) -> AnalystData:
    return AnalystData(
        kind=said.kind,
        uuid=UUID(said.uuid),
        org_id=actor.organisation_id,
        orgc_id=creators.of(said),
        created=said.created or said.modified or now(),
        authors=actor.name,
    )


def _replaces(actor: Actor, known: AnalystData, sent: AnalystInput) -> bool:
    may = may_edit(actor, known.orgc_id) or (actor.may(Permission.SYNC) and known.locked)
    return may and known.kind == sent.kind and (sent.modified or now()) > known.modified


class _Creators:
    def __init__(
        self, actor: Actor, inputs: Sequence[AnalystInput], stored: Iterable[AnalystData] = ()
    ) -> None:
        self._own = actor.organisation_id
        self._known: dict[str, int] = {}
        self._blocked: set[str] = set()
        self._foreign: dict[str, int] = {}
        self._changes_only: frozenset[int] = frozenset()
        if not speaks_for_others(actor):
            return
        blocks = {uuid: block for each in inputs for uuid, block in _named(each)}
        self._blocked = blocked_uuids(Blocked.ORGANISATION, blocks)
        creators = {row.orgc_id for row in stored}
        self._foreign = misattributed(actor, uuids=blocks, ids=creators)
        if creators and changes_only_its_own(actor):
            self._changes_only = frozenset({actor.delivered_by, self._own})
        allowed = {uuid: block for uuid, block in blocks.items() if uuid not in self._blocked}
        self._known = _known_organisations(allowed)
        self._known |= capture_organisations(block for block in allowed.values() if block.get("name"))

    def of(self, said: AnalystInput) -> int:
        return next((self._known[uuid] for uuid, _ in _named(said) if uuid in self._known), self._own)

    def is_foreign(self, said: AnalystInput, known: AnalystData | None) -> bool:
        """True if it belongs to an organisation the actor may not represent: as stored, otherwise as the
        document says."""
        if known is not None:
            others = bool(self._changes_only) and known.org_id not in self._changes_only
            return others or known.orgc_id in self._foreign.values()
        return any(uuid in self._foreign for uuid, _ in _named(said))

    def is_blocked(self, said: AnalystInput) -> bool:
        blocked = next((uuid for uuid, _ in _named(said) if uuid in self._blocked), None)
        if blocked is not None:
            count_blocked(Blocked.ORGANISATION, blocked)
        return blocked is not None


def _named(said: AnalystInput) -> Iterator[tuple[str, dict[str, Any]]]:
    block = said.orgc or {}
    try:
        yield str(UUID(str(block.get("uuid") or ""))), block
    except ValueError:
        return


def _known_organisations(uuids: Iterable[str]) -> dict[str, int]:
    rows = Organisation.objects.filter(uuid__in=list(uuids)).values_list("uuid", "pk")
    return {str(uuid): number for uuid, number in rows}
