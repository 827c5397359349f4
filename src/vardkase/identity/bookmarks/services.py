"""Services for bookmarks: users manage their own, administrators those shown to their organisation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.fields import Readers, fill
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.bookmarks.models import Bookmark
from vardkase.identity.bookmarks.problems import BookmarkProblem
from vardkase.identity.organisations.fields import filled, short_text, text
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.flags import as_bool, as_int

ADDRESS = re.compile(r"(?:https?://[^\s/]|/(?![/\\]))\S*", re.IGNORECASE)
"""A page elsewhere, or one of this hub: nothing that a browser would run. // and /\\ would lead to another host."""
LONGEST_NAME = 191
LONGEST_COMMENT = 10_000


def bookmarks(actor: Actor) -> QuerySet[Bookmark]:
    shown = Q(exposed_to_org=True, org_id=actor.organisation_id)
    return Bookmark.objects.filter(Q(user_id=actor.user_id or 0) | shown).order_by("pk")


def find_bookmark(actor: Actor, reference: Reference) -> Bookmark:
    return first_or_not_found(bookmarks(actor).filter(pk=as_int(reference) or 0), BookmarkProblem.NOT_FOUND())


@transaction.atomic
def add_bookmark(actor: Actor, data: Mapping[str, Any]) -> Bookmark:
    actor.require_writing()
    if actor.user_id is None:
        raise Forbidden
    bookmark = Bookmark(user_id=actor.user_id, org_id=actor.organisation_id)
    fill(bookmark, data, READERS)
    bookmark.save()
    record(actor, IdentityAction.BOOKMARK_ADDED, Target.of(bookmark))
    return bookmark


@transaction.atomic
def edit_bookmark(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Bookmark:
    bookmark = _changeable(actor, reference)
    fill(bookmark, data, READERS)
    bookmark.save()
    record(actor, IdentityAction.BOOKMARK_EDITED, Target.of(bookmark))
    return bookmark


@transaction.atomic
def delete_bookmark(actor: Actor, reference: Reference) -> None:
    bookmark = _changeable(actor, reference)
    target = Target.of(bookmark)
    bookmark.delete()
    record(actor, IdentityAction.BOOKMARK_DELETED, target)


def _changeable(actor: Actor, reference: Reference) -> Bookmark:
    actor.require_writing()
    bookmark = find_bookmark(actor, reference)
    if bookmark.user_id != actor.user_id and not actor.may(Permission.ADMIN):
        raise Forbidden
    return Bookmark.objects.select_for_update().get(pk=bookmark.pk)


def read_url(value: Any) -> str:
    address = short_text(value)
    if not ADDRESS.fullmatch(address):
        raise Invalid(BookmarkProblem.NOT_AN_ADDRESS())
    return address


READERS: Readers = {
    "name": filled(gettext_lazy("name"), LONGEST_NAME),
    "url": read_url,
    "comment": lambda value: text(value)[:LONGEST_COMMENT],
    "exposed_to_org": as_bool,
}
