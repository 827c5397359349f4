"""Services for noticelists: enable, disable, update."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.noticelists import loader
from vardkase.knowledge.noticelists.models import Noticelist
from vardkase.knowledge.noticelists.queries import find_noticelist
from vardkase.knowledge.problems import NoticelistProblem
from vardkase.knowledge.sources.load_changed import LoadResult, forget


@transaction.atomic
def set_enabled(actor: Actor, noticelist_id: int, *, enabled: bool) -> Noticelist:
    actor.require_writing(Permission.SITE_ADMIN)
    noticelist = first_or_not_found(
        Noticelist.objects.select_for_update().filter(pk=noticelist_id), NoticelistProblem.NOT_FOUND()
    )
    noticelist.enabled = enabled
    noticelist.save(update_fields=["enabled"])
    action = KnowledgeAction.NOTICELIST_ENABLED if enabled else KnowledgeAction.NOTICELIST_DISABLED
    record(actor, action, Target("noticelist", noticelist.pk, title=noticelist.name))
    return noticelist


@transaction.atomic
def delete_noticelist(actor: Actor, noticelist_id: int) -> None:
    actor.require_writing(Permission.SITE_ADMIN)
    noticelist = find_noticelist(noticelist_id)
    target = Target("noticelist", noticelist.pk, title=noticelist.name)
    noticelist.delete()
    forget(loader.NAME)  # So that the next update can bring it back.
    record(actor, KnowledgeAction.NOTICELIST_DELETED, target)


@transaction.atomic
def update_noticelists(actor: Actor) -> LoadResult:
    actor.require_writing(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, KnowledgeAction.NOTICELIST_UPDATED, Target("noticelist"), {"updated": loaded.updated})
    return loaded
