"""SQL fragments for proposals that an actor may read. Renderers add their columns.

Aliases: s proposal, a the attribute it is about (or none), e its event, org who proposes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery, cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, proposal_predicate, reader_parameters
from vardkase.intel.problems import ProposalProblem
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.queries.find import Reference, matches

NEWEST_EVENT_FIRST = "s.event_id DESC, s.id"


@dataclass(frozen=True, slots=True)
class ProposalFilters:
    """Filters for proposals; None does not filter. `since` is Unix seconds."""

    event_id: int | None = None
    since: int | None = None
    deleted: bool | None = None
    organisation_id: int | None = None


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


def count_open(actor: Actor) -> int:
    sql = f"SELECT count(*) {SOURCE} WHERE NOT s.deleted AND {readable(actor)}"
    row = cursor().execute(sql, reader_parameters(actor)).fetchone()
    return int(row[0]) if row else 0


def _conditions(filters: ProposalFilters, parameters: dict[str, Any]) -> Iterator[str]:
    for name, sql, value in (
        ("event", "s.event_id = %(event)s", filters.event_id),
        ("since", "s.timestamp >= %(since)s", filters.since),
        ("deleted", "s.deleted = %(deleted)s", filters.deleted),
        ("org", "s.org_id = %(org)s", filters.organisation_id),
    ):
        if value is not None:
            parameters[name] = value
            yield sql


SOURCE = """
FROM proposal s JOIN event e ON e.id = s.event_id LEFT JOIN attribute a ON a.id = s.attribute_id
"""
