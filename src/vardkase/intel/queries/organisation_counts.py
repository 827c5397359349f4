"""Counts of an organisation's events visible to a reader."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

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
    if not readable_organisations(actor, [organisation.pk]).exists():
        raise NotFound(IntelProblem.NO_ORGANISATION())


def readable_organisations(actor: Actor, ids: Collection[int]) -> QuerySet[Organisation]:
    """Those of the organisations that `require_content_access` accepts."""
    found = Organisation.objects.filter(pk__in=list(ids))
    if sees_every_organisation(actor):
        return found
    members = shown_members(actor).filter(org__in=found, sharing_group__in=visible_groups(actor).values("pk"))
    sql = (
        f"SELECT DISTINCT e.orgc_id FROM event e WHERE e.orgc_id = ANY(%(ids)s) AND {event_predicate(actor)}"
    )
    creators = cursor().execute(sql, reader_parameters(actor) | {"ids": list(ids)}).fetchall()
    known = {actor.organisation_id, *members.values_list("org", flat=True), *(row[0] for row in creators)}
    return found.filter(pk__in=known)


def events_created_by(actor: Actor, organisation_id: int) -> int:
    sql = f"SELECT count(*) FROM event e WHERE e.orgc_id = %(creator)s AND {event_predicate(actor)}"
    row = cursor().execute(sql, reader_parameters(actor) | {"creator": organisation_id}).fetchone()
    return int(row[0]) if row else 0
