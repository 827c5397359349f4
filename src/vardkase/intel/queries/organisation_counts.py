"""Counts of an organisation's events visible to a reader."""

from __future__ import annotations

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import (
    sees_every_organisation,
    shown_members,
    visible_groups,
)
from vardkase.intel.problems import IntelProblem


def require_content_access(actor: Actor, organisation: Organisation) -> None:
    """Raise NotFound if organisations are hidden from the actor, and this one is neither their own nor in one of their
    groups, and has created no event that they may read."""
    if sees_every_organisation(actor) or organisation.pk == actor.organisation_id:
        return
    if shown_members(actor).filter(org=organisation, sharing_group__in=visible_groups(actor)).exists():
        return
    if not events_created_by(actor, organisation.pk):
        raise NotFound(IntelProblem.NO_ORGANISATION())


def events_created_by(actor: Actor, organisation_id: int) -> int:
    sql = f"SELECT count(*) FROM event e WHERE e.orgc_id = %(creator)s AND {event_predicate(actor)}"
    row = cursor().execute(sql, reader_parameters(actor) | {"creator": organisation_id}).fetchone()
    return int(row[0]) if row else 0
