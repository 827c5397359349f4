"""Services for saved searches: save, change, copy, delete, and undo that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from vardkase.analysis.audit_actions import AnalysisAction
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind, SharedWith
from vardkase.analysis.saved_searches.problems import SavedSearchProblem
from vardkase.analysis.saved_searches.queries import find_saved_search, mark_of
from vardkase.analysis.saved_searches.rules import checked_filters, may_change, may_share_with_everyone
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound, by_field
from vardkase.core.fields import Readers, apply
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.fields import filled, text
from vardkase.misp.flags import as_int

LONGEST_NAME = 191
LONGEST_DESCRIPTION = 5_000
MOST_OF_USER = 200
MOST_OF_ORG = 2_000
KEPT_DELETED = timedelta(days=30)
"""For how long the deletion of a search can be undone."""


@transaction.atomic
def save_search(actor: Actor, data: Mapping[str, Any]) -> SavedSearch:
    """Save a search: name, kind and filters, description and shared_with (0 nobody, 1 own organisation, 2 everyone).

    Raises Invalid by field, Forbidden.
    """
    search = _new(actor)
    _write(actor, search, {"name": "", "kind": "", "filters": {}, **data})
    record(actor, AnalysisAction.SAVED_SEARCH_ADDED, Target.of(search), _details(search))
    return search


@transaction.atomic
def change_search(actor: Actor, reference: str | int, data: Mapping[str, Any], mark: str = "") -> SavedSearch:
    """Change the fields in `data`. Raises Conflict if `mark` (of `mark_of`) is outdated."""
    search = _changeable(actor, reference)
    if mark and mark_of(search) != mark:
        raise Conflict(SavedSearchProblem.CHANGED_MEANWHILE())
    changed = _write(actor, search, data)
    details = {**_details(search), "fields": changed}
    record(actor, AnalysisAction.SAVED_SEARCH_EDITED, Target.of(search), details)
    return search


@transaction.atomic
def delete_search(actor: Actor, reference: str | int) -> SavedSearch:
    search = _changeable(actor, reference)
    # Rows that nobody can reach any more: past undoing, or private to an account that is gone.
    long_ago = timezone.now() - KEPT_DELETED
    SavedSearch.objects.filter(Q(deleted__lt=long_ago) | Q(user=None, shared_with=SharedWith.NOBODY)).delete()
    search.deleted = timezone.now()
    search.save(update_fields=["deleted"])
    record(actor, AnalysisAction.SAVED_SEARCH_DELETED, Target.of(search))
    return search


@transaction.atomic
def restore_search(actor: Actor, number: int) -> SavedSearch:
    """Undo a deletion. Raises NotFound if there is none that the actor could have made."""
    _require_person(actor)
    found = SavedSearch.objects.select_for_update(of=("self",)).filter(pk=number).exclude(deleted=None)
    search = first_or_not_found(found, SavedSearchProblem.NOT_FOUND())
    if not may_change(actor, search):
        raise NotFound(SavedSearchProblem.NOT_FOUND())
    _require_room(search)
    search.deleted = None
    search.save(update_fields=["deleted"])
    record(actor, AnalysisAction.SAVED_SEARCH_RESTORED, Target.of(search))
    return search


def _new(actor: Actor) -> SavedSearch:
    _require_person(actor)
    search = SavedSearch(user_id=actor.user_id, org_id=actor.organisation_id)
    _require_room(search)
    return search


def _require_person(actor: Actor) -> None:
    actor.require_writing()
    actor.require_content_access()
    if actor.user_id is None or not actor.may_read:
        raise Forbidden(CommonProblem.NO_PERMISSION())


def _require_room(search: SavedSearch) -> None:
    # Locked, so that two at once are not both the last that fits.
    User.objects.select_for_update(of=("self",), no_key=True).filter(pk=search.user_id or 0).first()
    kept = SavedSearch.objects.filter(deleted=None)
    if kept.filter(user_id=search.user_id or 0).count() >= MOST_OF_USER:
        raise Invalid({"name": [SavedSearchProblem.TOO_MANY_OF_USER(most=MOST_OF_USER)]})
    if kept.filter(org_id=search.org_id).count() >= MOST_OF_ORG:
        raise Invalid({"name": [SavedSearchProblem.TOO_MANY_OF_ORG(most=MOST_OF_ORG)]})


def _changeable(actor: Actor, reference: str | int) -> SavedSearch:
    _require_person(actor)
    search = find_saved_search(actor, reference)
    if not may_change(actor, search):
        raise Forbidden(SavedSearchProblem.NOT_YOURS())
    return SavedSearch.objects.select_for_update().get(pk=search.pk)


def _write(actor: Actor, search: SavedSearch, data: Mapping[str, Any]) -> list[str]:
    before = search.shared_with
    changed = apply(search, data, READERS)
    if {"kind", "filters"} & data.keys():
        try:
            search.filters = checked_filters(SearchKind(search.kind), search.filters)
        except Invalid as error:
            raise Invalid(by_field(error, "filters")) from None
    if search.shared_with == SharedWith.EVERYONE != before and not may_share_with_everyone(actor):
        raise Invalid({"shared_with": [SavedSearchProblem.NOT_FOR_EVERYONE()]})
    search.save()
    return changed


def _details(search: SavedSearch) -> dict[str, Any]:
    # Without the filters: who reads the log need not know what others look into.
    return {"kind": search.kind, "shared_with": int(search.shared_with)}


def read_kind(value: Any) -> str:
    if value not in SearchKind.values:
        raise InvalidValue(CommonProblem.NO_SUCH_CHOICE(choices=SearchKind.values))
    return str(value)


def read_shared_with(value: Any) -> int:
    number = as_int(value)
    if number not in SharedWith.values:
        raise InvalidValue(CommonProblem.NO_SUCH_CHOICE(choices=list(map(str, SharedWith.values))))
    return int(number)


def read_description(value: Any) -> str:
    given = text(value)
    if len(given) > LONGEST_DESCRIPTION:
        raise InvalidValue(CommonProblem.TOO_LONG(most=LONGEST_DESCRIPTION))
    return given


READERS: Readers = {
    "name": filled(gettext_lazy("name"), LONGEST_NAME),
    "description": read_description,
    "kind": read_kind,
    "filters": lambda value: value,
    "shared_with": read_shared_with,
}
