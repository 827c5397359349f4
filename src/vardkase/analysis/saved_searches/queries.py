"""Reads of saved searches, and what one of them finds for a reader."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from vardkase.analysis.saved_searches import list_filters
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind
from vardkase.analysis.saved_searches.problems import SavedSearchProblem
from vardkase.analysis.saved_searches.rules import SCOPES, visible_to
from vardkase.analysis.search.event_list import events_listed
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import events_found
from vardkase.analysis.search.statement import Statement
from vardkase.analysis.search.value_search import events_with
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import SqlQuery
from vardkase.identity.access.actor import Actor
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int


def saved_searches(actor: Actor) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(visible_to(actor)).select_related("org", "user")


def find_saved_search(actor: Actor, reference: str | int) -> SavedSearch:
    """By number or UUID. Raises NotFound."""
    text = str(reference)
    by_uuid = UUID.fullmatch(text.lower())
    condition = {"uuid": text} if by_uuid else {"pk": as_int(text) or 0}
    return first_or_not_found(saved_searches(actor).filter(**condition), SavedSearchProblem.NOT_FOUND())


def mark_of(search: SavedSearch) -> str:
    """The version token of a form that shows the search."""
    shown = (search.name, search.description, search.kind, search.filters, search.shared_with)
    return hashlib.blake2b(repr(shown).encode(), digest_size=9).hexdigest()


def events_of(statement: Statement, search: SavedSearch) -> str:
    """A SELECT of the ids (`id`) of the events that the search finds, or finds something in; some repeat.

    Raises Invalid if its filters no longer have a meaning. What restSearch leaves out when it writes the results, by
    warninglist or decay, counts as found.
    """
    match search.kind:
        case SearchKind.EVENT_LIST:
            return events_listed(statement, list_filters.event_filters(statement.actor, search.filters))
        case SearchKind.VALUES:
            return events_with(statement, *list_filters.value_filters(search.filters))
    return events_found(statement, parse(SCOPES[SearchKind(search.kind)], search.filters))


def event_ids_query(actor: Actor, search: SavedSearch) -> SqlQuery:
    statement = Statement(actor)
    return statement.query(f"SELECT DISTINCT f.id FROM ({events_of(statement, search)}) f ORDER BY f.id")
