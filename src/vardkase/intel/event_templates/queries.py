"""Queries for event templates: those of the actor's organisation and those for everyone."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.own_or_everyones import own_or_everyones_predicate
from vardkase.identity.access.visibility import reader_parameters
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.problems import EventTemplateProblem


def visible_templates(actor: Actor) -> QuerySet[EventTemplate]:
    sql = f"SELECT t.id FROM event_template t WHERE {own_or_everyones_predicate(actor, 't')}"
    ids = [row[0] for row in cursor().execute(sql, reader_parameters(actor)).fetchall()]
    return EventTemplate.objects.filter(pk__in=ids).order_by("-modified", "-pk").select_related("org")


def find_template(actor: Actor, reference: Reference) -> EventTemplate:
    condition = by_reference(reference)
    template = visible_templates(actor).filter(condition).first() if condition is not None else None
    if template is None:
        raise NotFound(EventTemplateProblem.NOT_FOUND())
    return template


def find_own_template(actor: Actor, reference: Reference) -> EventTemplate:
    template = find_template(actor, reference)
    if not (actor.is_site_admin or template.org_id == actor.organisation_id):
        raise NotFound(EventTemplateProblem.NOT_FOUND())
    return template
