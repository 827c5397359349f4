"""Which saved searches find some events: what subscriptions to saved searches are answered from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched

from vardkase.analysis.saved_searches.models import SavedSearch
from vardkase.analysis.saved_searches.queries import events_of
from vardkase.analysis.saved_searches.rules import is_visible_to
from vardkase.analysis.search.statement import Statement
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User

EVENTS_AT_A_TIME = 500
SEARCHES_AT_A_TIME = 20
"""Searches in one statement: the time to plan it grows with them."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who wants to know what a saved search finds."""

    user_id: int
    search_id: int


def matches(subscribers: Iterable[Subscriber], event_ids: Collection[int]) -> dict[Subscriber, list[int]]:
    """The events among `event_ids` that each subscriber's search finds for them now, ascending; only those with any.

    Each search is run with the subscriber's own rights: an event that they may not read is not found, nor one of which
    they may not read the part that matches. Who may no longer sign in, read, or open the search has no matches.
    `arrived` filters ("new since") do not count: the caller says what is new.

    Queries run per kind of reader (organisation, and the permissions that decide what one reads) and 20 searches, not
    per person or event. Meant for the events of a publication, a pull or an import; more than 500 are taken in turns.
    """
    wanted: dict[int, set[int]] = {}
    for subscriber in subscribers:
        wanted.setdefault(subscriber.user_id, set()).add(subscriber.search_id)
    searches = SavedSearch.objects.in_bulk(set().union(*wanted.values()))
    events = sorted(set(event_ids))
    found: dict[Subscriber, list[int]] = {}
    for actor, people in _readers(wanted):
        asked = [
            Subscriber(person, number)
            for person in people
            for number in sorted(wanted[person] & searches.keys())
            if is_visible_to(replace(actor, user_id=person), searches[number])
        ]
        distinct = {each.search_id: searches[each.search_id] for each in asked}
        by_search = _found_by(actor, list(distinct.values()), events)
        found |= {each: by_search[each.search_id] for each in asked if each.search_id in by_search}
    return found


def _found_by(
    actor: Actor, searches: Sequence[SavedSearch], event_ids: Sequence[int]
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for events in batched(event_ids, EVENTS_AT_A_TIME):
        for some in batched(searches, SEARCHES_AT_A_TIME):
            statement = Statement(actor, events)
            if selects := [select for search in some for select in _select(statement, search)]:
                query = statement.query(" UNION ".join(selects) + " ORDER BY 1, 2")
                for search_id, event_id in cursor().execute(query.sql, query.parameters).fetchall():
                    found.setdefault(search_id, []).append(event_id)
    return found


def _select(statement: Statement, search: SavedSearch) -> Iterator[str]:
    timeless = {name: value for name, value in search.filters.items() if not name.startswith("arrived")}
    asked = SavedSearch(pk=search.pk, kind=search.kind, filters=timeless)
    try:
        yield f"SELECT {search.pk}::bigint, f.id FROM ({events_of(statement, asked)}) f"
    except Invalid:
        return  # Written for an earlier version of the filters; opening it shows the reason.


def _readers(user_ids: Collection[int]) -> Iterator[tuple[Actor, list[int]]]:
    """An actor for each kind of reader among these people, and who they are."""
    people = User.objects.filter(pk__in=user_ids, server_id=0).select_related("org", "role").order_by("pk")
    kinds: dict[tuple[object, ...], list[User]] = {}
    for person in people:
        if person.is_active:
            kinds.setdefault((person.org_id, person.role_id, *sorted(person.staff_roles)), []).append(person)
    for members in kinds.values():
        yield actor_for(members[0], Credential.JOB), [member.pk for member in members]
