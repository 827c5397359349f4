"""Warninglists switched on and off, and brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.sources.loading import Loaded
from vardkase.knowledge.warninglists import loader
from vardkase.knowledge.warninglists.models import Warninglist


@transaction.atomic
def set_enabled(
    actor: Actor, *, ids: Iterable[int] = (), names: Iterable[str] = (), enabled: bool | None = None
) -> int:
    """Switch the lists with these ids or names (``%`` stands for anything); None turns each round.

    Returns how many there were. Raises Forbidden without `perm_warninglist`.
    """
    actor.require_writing()
    actor.require(Permission.WARNINGLIST)
    lists = list(_chosen(list(ids), list(names)).select_for_update())
    for item in lists:
        item.enabled = (not item.enabled) if enabled is None else enabled
    Warninglist.objects.bulk_update(lists, ["enabled"])
    for item in lists:
        action = "warninglist.enabled" if item.enabled else "warninglist.disabled"
        record(actor, action, Target("warninglist", item.pk, title=item.name))
    return len(lists)


def update_warninglists(actor: Actor) -> Loaded:
    """Load new versions from the files; with nothing loaded before this takes half a minute."""
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, "warninglist.updated", Target("warninglist"), {"updated": loaded.updated})
    return loaded


def _chosen(ids: Sequence[int], names: Sequence[str]) -> QuerySet[Warninglist]:
    condition = Q(pk__in=ids)
    for name in names:
        part = name.strip("%")
        like = {
            (False, False): Q(name__iexact=part),
            (True, False): Q(name__iendswith=part),
            (False, True): Q(name__istartswith=part),
            (True, True): Q(name__icontains=part),
        }[name.startswith("%"), name.endswith("%")]
        condition |= like if part else Q()
    return Warninglist.objects.filter(condition).order_by("pk")
