"""SQL fragments for proposals that an actor may read. Renderers add their columns.

Aliases: s proposal, a the attribute it is about (or none), e its event, org who proposes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.paging import Page, PagePosition, beyond, page_of, place_parameters, sound
from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, proposal_predicate, reader_parameters
from vardkase.intel.models import Attribute
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.models import Proposal, ProposalOutcome
from vardkase.intel.queries.find import Reference, matches

NEWEST_EVENT_FIRST = "s.event_id DESC, s.id"


@dataclass(frozen=True, slots=True)
class ProposalFilters:
    """Filters for proposals; None does not filter. `since` is Unix seconds, `until` the id of the last one.

    `organisation_id` is who proposes, `creator_id` whose events they are for.
    """

    event_id: int | None = None
    since: int | None = None
    deleted: bool | None = None
    organisation_id: int | None = None
    creator_id: int | None = None
    attribute_id: int | None = None
    until: int | None = None
    outcome: ProposalOutcome | None = None


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """What an attribute has that a proposal can change; times in µs since 1970."""

    type: str
    category: str
    value: str
    to_ids: bool
    comment: str
    first_seen: int | None
    last_seen: int | None
    data_sha256: str | None


@dataclass(frozen=True, slots=True)
class ProposalEvent:
    id: int
    info: str
    orgc_id: int
    user_id: int
    org_id: int
    locked: bool
    protected: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """How a proposal was decided here. `organisation` is None if it must not be known, `person` unless they are of the
    reader's organisation, and `before` (what the attribute read until then) unless the reader knows it. `is_own`: by
    the reader. `together`: how many were accepted at once that the reader can open again, 0 if none."""

    outcome: ProposalOutcome
    organisation: str | None
    person: str | None
    before: ProposalContent | None
    fields: Sequence[str]
    is_own: bool
    together: int


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal beside the attribute that it is about (`stored`), if any; `decision` is None while it is open, and if
    a peer has decided it. `proposed_at` is None where it has been decided and nobody knows when it was made."""

    event: ProposalEvent
    proposed: ProposalContent
    stored: ProposalContent | None
    decision: Decision | None
    id: int
    attribute_id: int | None
    org_id: int
    organisation: str
    to_delete: bool
    deleted: bool
    timestamp: int
    proposed_at: int | None
    is_readable: bool = True
    """False for one of the reader's organisation about what it may not read now: of that nothing is known here but the
    event's number."""

    @property
    def has_new_file(self) -> bool:
        digest, stored = self.proposed.data_sha256, self.stored
        return (
            self.is_readable
            and bool(digest)
            and not self.to_delete
            and (stored is None or digest != stored.data_sha256)
        )


def can_be_changed(
    proposed: Proposal | ProposalContent, stored: Attribute | ProposalContent | None, *, to_delete: bool
) -> bool:
    """Whether the owner may accept the proposal with changes: the form of the attribute would lose a new file."""
    return stored is not None and not to_delete and proposed.data_sha256 in (None, stored.data_sha256)


def readable(actor: Actor) -> str:
    return f"{event_predicate(actor)} AND {proposal_predicate(actor)}"


def find_proposal(actor: Actor, reference: Reference) -> Proposal:
    """An open proposal by id or uuid. Raises NotFound."""
    sql = (
        f"SELECT s.id {SOURCE} WHERE {matches('s', reference)} AND NOT s.deleted AND {readable(actor)} "
        # All proposals for one attribute have its uuid: the latest is meant.
        "ORDER BY s.id DESC LIMIT 1"
    )
    row = cursor().execute(sql, {**reader_parameters(actor), "reference": reference}).fetchone()
    if row is None:
        raise NotFound(ProposalProblem.NOT_FOUND())
    return Proposal.objects.get(pk=row[0])


def proposals_query(actor: Actor, filters: ProposalFilters) -> SqlQuery:
    parameters = reader_parameters(actor)
    conditions = [readable(actor), *_conditions(filters, parameters)]
    sql = f"SELECT s.id {SOURCE} WHERE {' AND '.join(conditions)} ORDER BY {NEWEST_EVENT_FIRST}"
    return SqlQuery(sql, parameters)


def proposal_ids(actor: Actor, filters: ProposalFilters) -> list[int]:
    query = proposals_query(actor, filters)
    return [row[0] for row in cursor().execute(query.sql, query.parameters)]


def proposal_lines(
    actor: Actor,
    filters: ProposalFilters,
    place: PagePosition | None,
    size: int,
    *,
    keeps_own: bool = False,
) -> Page[ProposalLine]:
    """A page of proposals, newest first, or decided last.

    `keeps_own`: also those of the actor's organisation about what it may not read now.
    """
    place = sound(place, "bigint")
    reader = {"own": actor.organisation_id, "person": actor.user_id, "all": actor.is_site_admin}
    parameters = {**reader_parameters(actor), **reader, **place_parameters(place), "limit": size + 1}
    sort = "s.timestamp" if filters.deleted else "s.id"
    condition, order = beyond(sort, "s.id", "bigint", place, descending=True)
    shown = f"({readable(actor)})"
    # Not for readers with a grant of content access, or through a connection.
    is_member = actor.may_read and actor.content_access is None and actor.connection_scope is None
    kept = f"({shown} OR s.org_id = %(own)s)" if keeps_own and is_member else shown
    conditions = [kept, condition, *_conditions(filters, parameters)]
    sql = LINES.format(conditions=" AND ".join(conditions), order=order, readable=shown)
    lines = [_line(row) for row in cursor().execute(sql, parameters).fetchall()]
    return page_of(lines, place, size, lambda line: (line.timestamp if filters.deleted else line.id, line.id))


def count_open(actor: Actor, *, creator_id: int | None = None) -> int:
    parameters = reader_parameters(actor)
    filters = ProposalFilters(deleted=False, creator_id=creator_id)
    conditions = " AND ".join([readable(actor), *_conditions(filters, parameters)])
    row = cursor().execute(f"SELECT count(*) {SOURCE} WHERE {conditions}", parameters).fetchone()
    return int(row[0]) if row else 0


def counts_of_event(actor: Actor, event_id: int) -> tuple[int, int]:
    """How many open and how many decided proposals of an event the actor reads."""
    sql = (
        f"SELECT count(*) FILTER (WHERE NOT s.deleted), count(*) FILTER (WHERE s.deleted) {SOURCE} "
        f"WHERE s.event_id = %(event)s AND {readable(actor)}"
    )
    row = cursor().execute(sql, {**reader_parameters(actor), "event": event_id}).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def open_by_attribute(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, int]:
    sql = (
        f"SELECT s.attribute_id, count(*) {SOURCE} WHERE s.attribute_id = ANY(%(ids)s) AND NOT s.deleted "
        f"AND {readable(actor)} GROUP BY s.attribute_id"
    )
    parameters = {**reader_parameters(actor), "ids": list(attribute_ids)}
    return dict(cursor().execute(sql, parameters).fetchall())


def attributes_with_open(actor: Actor, event_id: int) -> set[int]:
    sql = (
        f"SELECT DISTINCT s.attribute_id {SOURCE} WHERE s.event_id = %(event)s AND s.attribute_id IS NOT NULL "
        f"AND NOT s.deleted AND {readable(actor)}"
    )
    return {row[0] for row in cursor().execute(sql, {**reader_parameters(actor), "event": event_id})}


def _line(row: Sequence[Any]) -> ProposalLine:
    event, proposed = ProposalEvent(*row[8:15]), ProposalContent(*row[15:23])
    stored = None if row[1] is None else ProposalContent(*row[23:31])
    decision, is_readable = _decision(*row[31:38]), row[38]
    if not is_readable:
        event, stored = replace(event, info=""), None
        decision = decision and replace(decision, organisation=None, person=None, before=None)
    line = ProposalLine(event, proposed, stored, decision, *row[:8])
    return replace(line, is_readable=is_readable)


def _decision(
    outcome: str | None,
    organisation: str | None,
    person: str | None,
    before: str | None,
    fields: Sequence[str] | None,
    is_own: bool,
    together: int,
) -> Decision | None:
    if outcome is None:
        return None
    content = ProposalContent(**json.loads(before), data_sha256=None) if before else None
    return Decision(ProposalOutcome(outcome), organisation, person, content, fields or (), is_own, together)


def _conditions(filters: ProposalFilters, parameters: dict[str, Any]) -> Iterator[str]:
    for name, sql, value in (
        ("event", "s.event_id = %(event)s", filters.event_id),
        ("since", "s.timestamp >= %(since)s", filters.since),
        ("deleted", "s.deleted = %(deleted)s", filters.deleted),
        ("org", "s.org_id = %(org)s", filters.organisation_id),
        ("creator", "e.orgc_id = %(creator)s", filters.creator_id),
        ("attribute", "s.attribute_id = %(attribute)s", filters.attribute_id),
        ("until", "s.id <= %(until)s", filters.until),
        ("outcome", DECIDED_SO, None if filters.outcome is None else filters.outcome.value),
    ):
        if value is not None:
            parameters[name] = value
            yield sql


SOURCE = """
FROM proposal s JOIN event e ON e.id = s.event_id LEFT JOIN attribute a ON a.id = s.attribute_id
"""

DECIDED_SO = (
    "EXISTS (SELECT 1 FROM proposal_decision so WHERE so.proposal_id = s.id AND so.outcome = %(outcome)s)"
)

CONTENT = (
    "{0}.type, {0}.category, concat_ws('|', {0}.value1, {0}.value2), {0}.to_ids, {0}.comment, "
    "{0}.first_seen, {0}.last_seen, {0}.data_sha256"
)

LINES = f"""
SELECT s.id, s.attribute_id, s.org_id, org.name, s.to_delete, s.deleted, s.timestamp,
    coalesce(s.proposed_at, CASE WHEN NOT s.deleted THEN s.timestamp END),
    e.id, e.info, e.orgc_id, e.user_id, e.org_id, e.locked, e.protected,
    {CONTENT.format("s")}, {CONTENT.format("a")},
    d.outcome, decider.name, CASE WHEN d.org_id = %(own)s THEN person.email END,
    CASE WHEN %(all)s OR e.org_id = %(own)s OR (s.org_id = %(own)s AND d.known_to_proposer) THEN d.before::text END,
    d.fields, coalesce(d.user_id = %(person)s, FALSE),
    CASE WHEN d.user_id = %(person)s THEN
        (SELECT count(*) FROM proposal_decision other WHERE other.point_id = d.point_id) ELSE 0 END, {{readable}}
{SOURCE} JOIN organisation org ON org.id = s.org_id
LEFT JOIN proposal_decision d ON d.proposal_id = s.id AND s.deleted
LEFT JOIN organisation decider ON decider.id = d.org_id LEFT JOIN account person ON person.id = d.user_id
WHERE {{conditions}} ORDER BY {{order}} LIMIT %(limit)s
"""
