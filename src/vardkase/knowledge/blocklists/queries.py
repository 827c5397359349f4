"""Queries for blocklists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.blocklists.rules import require_manager
from vardkase.knowledge.problems import BlocklistProblem
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.flags import as_int

FILTERS = ("info", "orgc", "comment")


def blocked_uuids(kind: Blocked, uuids: Iterable[UUID | str]) -> set[str]:
    texts = list(map(str, uuids))
    return {row[0] for row in cursor().execute(BLOCKED, (kind.value, texts))} if texts else set()


BLOCKED = "SELECT uuid::text FROM blocklist_entry WHERE kind = %s AND uuid = ANY(%s::uuid[])"


def is_blocked(kind: Blocked, uuid: UUID | str) -> bool:
    return bool(blocked_uuids(kind, (uuid,)))


def entries(actor: Actor, kind: Blocked, filters: Mapping[str, Any]) -> QuerySet[BlocklistEntry]:
    """The entries of a blocklist, by id; `filters` are substrings of fields, and ``uuid``. Raises Forbidden."""
    require_manager(actor, kind)
    rows = BlocklistEntry.objects.filter(kind=kind).order_by("pk")
    for name in FILTERS:
        if isinstance(text := filters.get(name), str | int) and text != "":
            rows = rows.filter(**{f"{name}__icontains": str(text)})
    if uuid := filters.get("uuid"):
        rows = rows.filter(uuid=uuid) if UUID_FORM.fullmatch(str(uuid).lower()) else rows.none()
    return rows


def search_entries(actor: Actor, kind: Blocked, text: str) -> QuerySet[BlocklistEntry]:
    """The entries with `text` in their title, creator or comment, or with it as their uuid. Raises Forbidden."""
    rows = entries(actor, kind, {})
    if UUID_FORM.fullmatch(text.lower()):
        return rows.filter(uuid=text)
    conditions = (Q(**{f"{name}__icontains": text}) for name in FILTERS)
    return rows.filter(reduce(or_, conditions)) if text else rows


def find_entry(actor: Actor, kind: Blocked, reference: str) -> BlocklistEntry:
    require_manager(actor, kind)
    own = BlocklistEntry.objects.filter(kind=kind)
    if UUID_FORM.fullmatch(reference.lower()):
        entry = own.filter(uuid=reference).first()
    else:
        entry = own.filter(pk=as_int(reference) or 0).first()
    if entry is None:
        raise NotFound(BlocklistProblem.NOT_FOUND())
    return entry
