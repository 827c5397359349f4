"""Several changes to many attributes of one event, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from vardkase.core.errors import Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.bulk_edit import set_comment, set_detection, set_reach
from vardkase.intel.editing.tagging import find_tag, usable_tag
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.services.bulk_tagging import tag_attributes, untag_attributes
from vardkase.knowledge.galaxies.queries import find_cluster
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.services import resolve_tags


@dataclass(frozen=True, slots=True)
class MassEdit:
    """The changes to make; None and empty lists change nothing. Tags and clusters by name or id."""

    to_ids: bool | None = None
    distribution: int | None = None
    sharing_group_id: int | None = None
    comment: str | None = None
    tags_on: Sequence[str] = ()
    tags_off: Sequence[str] = ()
    clusters_on: Sequence[str] = ()
    clusters_off: Sequence[str] = ()


@transaction.atomic
def edit_selected(actor: Actor, event_id: int, attribute_ids: Sequence[int], edit: MassEdit) -> None:
    actor.require(Permission.ADD)
    lock_own_event(actor, event_id)
    if edit.to_ids is not None:
        set_detection(actor, event_id, attribute_ids, edit.to_ids)
    if edit.distribution is not None:
        set_reach(actor, event_id, attribute_ids, edit.distribution, edit.sharing_group_id)
    if edit.comment is not None:
        set_comment(actor, event_id, attribute_ids, edit.comment)
    # Tags off before tags on, so that one of an exclusive taxonomy can be exchanged for another.
    removed = [find_tag(actor, name) for name in edit.tags_off] + _cluster_tags(actor, edit.clusters_off)
    if removed:
        untag_attributes(actor, event_id, attribute_ids, removed)
    added = [usable_tag(actor, name) for name in edit.tags_on] + _cluster_tags(actor, edit.clusters_on)
    if added:
        tag_attributes(actor, event_id, attribute_ids, added, local=False)


def _cluster_tags(actor: Actor, references: Sequence[str]) -> list[Tag]:
    if not references:
        return []
    try:
        names = [find_cluster(actor, reference).tag_name for reference in references]
    except NotFound as error:
        raise Invalid(error.problem or CommonProblem.INVALID_INPUT()) from None
    # Users who may tag may choose any cluster (see `attach_cluster`).
    return list(resolve_tags(actor, [{"name": name} for name in names], may_create=True).values())
