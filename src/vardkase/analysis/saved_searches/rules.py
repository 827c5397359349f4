"""Rules of saved searches: what may be in one, who may see it, and who may change it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from vardkase.analysis.saved_searches import list_filters
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind, SharedWith
from vardkase.analysis.saved_searches.problems import SavedSearchProblem
from vardkase.analysis.search.filters import Scope
from vardkase.analysis.search.kept_filters import OF_ONE_CALL, kept_filters
from vardkase.core.errors import Invalid
from vardkase.core.fields import Readers
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole

SCOPES = {
    SearchKind.EVENTS: Scope.EVENTS,
    SearchKind.ATTRIBUTES: Scope.ATTRIBUTES,
    SearchKind.OBJECTS: Scope.OBJECTS,
}
LISTS: dict[str, Readers] = {
    SearchKind.EVENT_LIST: list_filters.EVENT_LIST,
    SearchKind.VALUES: list_filters.VALUES,
}


def checked_filters(kind: SearchKind, filters: Any) -> dict[str, Any]:
    """The filters as they are stored. Raises Invalid, for a list by the name of the filter."""
    if kind in LISTS:
        found: dict[str, Any] = dict(list_filters.checked(filters, LISTS[kind]))
    else:
        found = kept_filters(SCOPES[kind], filters, OF_ONE_CALL)
    if not found.keys() - {"order", "sort"}:
        raise Invalid(SavedSearchProblem.NO_CONDITIONS())
    return found


def visible_to(actor: Actor) -> Q:
    """Which saved searches `actor` may open. Site administrators open no more than others: a search reveals what an
    organisation looks into."""
    if not actor.may_read or actor.may_not_read_content:
        return Q(pk__in=())
    mine = Q(user_id=actor.user_id or 0)
    ours = Q(org_id=actor.organisation_id, shared_with=SharedWith.ORGANISATION)
    return Q(deleted=None) & (mine | ours | Q(shared_with=SharedWith.EVERYONE))


def is_visible_to(actor: Actor, search: SavedSearch) -> bool:
    """As `visible_to`, for one that has been read."""
    if not actor.may_read or actor.may_not_read_content or search.deleted:
        return False
    is_mine = actor.user_id is not None and search.user_id == actor.user_id
    is_ours = search.org_id == actor.organisation_id and search.shared_with == SharedWith.ORGANISATION
    return is_mine or is_ours or search.shared_with == SharedWith.EVERYONE


def may_share_with_everyone(actor: Actor) -> bool:
    return actor.is_site_admin or StaffRole.ANALYST in actor.staff


def may_change(actor: Actor, search: SavedSearch) -> bool:
    """The person who made it, and administrators: of the organisation what is shared, of the hub what everyone has."""
    if actor.user_id is not None and search.user_id == actor.user_id:
        return True
    if search.shared_with == SharedWith.EVERYONE and actor.is_site_admin:
        return True
    is_ours = search.org_id == actor.organisation_id and search.shared_with != SharedWith.NOBODY
    return is_ours and actor.may(Permission.ADMIN)
