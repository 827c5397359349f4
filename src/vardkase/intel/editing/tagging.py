"""Services for tags and galaxy clusters on events and attributes: attach, detach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.kernel.audiences import READERS, Audiences, attribute_audiences
from vardkase.intel.kernel.audit_entries import attribute_target, event_target
from vardkase.intel.kernel.locking import changed_locally, lock_event, touch
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.intel.models.event import LONGEST_RELATIONSHIP
from vardkase.intel.problems import TaggingProblem
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.rules import may_tag
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import exclusive_scope, named_tags
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.misp.flags import as_int


@dataclass(frozen=True, slots=True)
class Taggable:
    """An event, or a part of it, that can be tagged; `kind` is MISP's word for it."""

    kind: str
    id: int
    event: Event

    @property
    def is_event(self) -> bool:
        return self.kind == "Event"

    def not_attached(self) -> Conflict:
        return Conflict(TaggingProblem.NOT_ATTACHED(kind=self.kind))


@dataclass(frozen=True, slots=True)
class Tagged:
    target: Taggable
    tag: Tag
    local: bool
    changed: bool


@transaction.atomic
def attach_tag(
    actor: Actor,
    uuid: UUID,
    tag: str | int,
    *,
    local: bool = False,
    relationship_type: str = "",
    exclusive: bool = False,
) -> Tagged:
    """Attach `tag` (name or id) to the event or attribute with `uuid`.

    A global tag unpublishes the event; a local one does not. Raises NotFound (unknown target), Forbidden (not
    the actor's to tag), Invalid (no such tag, a tag this actor may not use, or, with `exclusive`, one
    excluded by an existing tag).
    """
    actor.require_writing(Permission.TAGGER)
    if len(relationship_type) > LONGEST_RELATIONSHIP:
        raise Invalid({"relationship_type": [TaggingProblem.RELATIONSHIP_TOO_LONG()]})
    target = _lock_target(actor, uuid)
    require_may_tag(actor, target.event, local=local)
    chosen = usable_tag(actor, tag)
    local = local or chosen.local_only
    if _links(target).filter(tag=chosen).exists():
        return Tagged(target, chosen, local, changed=False)
    scope = exclusive_scope(chosen.name) if exclusive else ""
    if scope and _links(target).filter(tag__name__istartswith=scope).exists():
        raise Invalid(TaggingProblem.EXCLUDED())
    _link(target, chosen, local=local, relationship_type=relationship_type)
    _touch(target, local=local)
    record(actor, IntelAction.TAG_ATTACHED, _audit_target(target), {"tag": chosen.name, "local": local})
    return Tagged(target, chosen, local, changed=True)


@transaction.atomic
def detach_tag(actor: Actor, uuid: UUID, tag: str | int) -> Tagged:
    """Remove a tag. Raises NotFound, Forbidden, Conflict if it is not attached."""
    actor.require_writing(Permission.TAGGER)
    target = _lock_target(actor, uuid)
    chosen = find_tag(actor, tag)
    local = _links(target).filter(tag=chosen).values_list("local", flat=True).first()
    if local is None:
        raise target.not_attached()
    require_may_tag(actor, target.event, local=local)
    _links(target).filter(tag=chosen, local=local).delete()
    _touch(target, local=local)
    record(actor, IntelAction.TAG_DETACHED, _audit_target(target), {"tag": chosen.name})
    return Tagged(target, chosen, local, changed=True)


@transaction.atomic
def exchange_tags(
    actor: Actor, uuid: UUID, old: Sequence[str | int], new: Sequence[str], *, local: bool = False
) -> list[Tagged]:
    """Detach `old` and attach `new`, all or nothing. Raises what `detach_tag` and `attach_tag` do."""
    for name in old:
        detach_tag(actor, uuid, name)
    return [attach_tag(actor, uuid, name, local=local) for name in new]


@transaction.atomic
def set_relationship(actor: Actor, kind: str, link_id: int, relationship_type: str) -> Tag:
    """Set the relationship of a tag on an "event" or "attribute"; returns the tag.

    Raises NotFound, Forbidden, Invalid.
    """
    actor.require_writing(Permission.TAGGER)
    if len(relationship_type) > LONGEST_RELATIONSHIP:
        raise Invalid({"relationship_type": [TaggingProblem.RELATIONSHIP_TOO_LONG()]})
    links = (EventTag if kind == "event" else AttributeTag).objects.filter(pk=link_id).select_related("tag")
    if (link := links.first()) is None:
        raise NotFound(TaggingProblem.NO_LINK())
    try:
        if isinstance(link, EventTag):
            target = Taggable("Event", link.event_id, lock_event(actor, link.event_id))
        else:
            found = find_attribute(actor, link.attribute_id)
            target = Taggable("Attribute", found.id, lock_event(actor, found.event_id))
    except NotFound:  # The same answer as for no link, so that nobody learns of what is hidden.
        raise NotFound(TaggingProblem.NO_LINK()) from None
    require_may_tag(actor, target.event, local=link.local)
    links.update(relationship_type=relationship_type)
    if not link.local:
        touch(target.event, _audiences(target))
    change = {"tag": link.tag.name, "relationship_type": relationship_type}
    record(actor, IntelAction.TAG_RELATED, _audit_target(target), change)
    return link.tag


def link_event_tags(event_id: int, links: list[tuple[int, bool, str]]) -> None:
    """Attach resolved tags (id, local, relationship) to an event; existing ones stay unchanged."""
    if not links:
        return
    tags, local, relationships = map(list, zip(*links, strict=True))
    cursor().execute(LINK, {"event": event_id, "tags": tags, "local": local, "relationships": relationships})


LINK = """
INSERT INTO event_tag (event_id, tag_id, local, relationship_type)
SELECT %(event)s, * FROM unnest(%(tags)s::bigint[], %(local)s::bool[], %(relationships)s::text[])
ON CONFLICT DO NOTHING
"""


def _lock_target(actor: Actor, uuid: UUID) -> Taggable:
    try:
        found = find_event(actor, str(uuid))
    except NotFound:
        event = lock_event(actor, find_attribute(actor, str(uuid), deleted=True).event_id)
        # Found again under the lock: it may have been deleted while this waited.
        return Taggable("Attribute", find_attribute(actor, str(uuid), deleted=True).id, event)
    return Taggable("Event", found.id, lock_event(actor, found.id))


def require_may_tag(actor: Actor, event: Event, *, local: bool) -> None:
    """Raise Invalid (local) or Forbidden unless the actor may tag in the event."""
    if may_tag(actor, event, local=local):
        return
    if local:
        raise Invalid(TaggingProblem.LOCAL_NOT_ALLOWED())
    raise Forbidden(TaggingProblem.GLOBAL_NOT_ALLOWED())


def usable_tag(actor: Actor, tag: str | int) -> Tag:
    """The tag with this id or name, created if new and permitted. Raises Invalid with the reason."""
    # A name of digits alone is taken for an id.
    mention = {"name": str(tag)} if _tag_id(tag) is None else {"id": str(tag)}
    found = resolve_tags(actor, [mention], may_create=actor.may(Permission.TAG_EDITOR))
    if found:
        return next(iter(found.values()))
    raise Invalid(_problem_of_tag(actor, mention)())


def _problem_of_tag(actor: Actor, mention: dict[str, str]) -> TaggingProblem:
    if "id" in mention:
        return TaggingProblem.NO_TAG
    restricted = named_tags(actor).filter(name__iexact=mention["name"]).first()
    if restricted is None:
        return TaggingProblem.NOT_CREATED
    if restricted.user_id:
        return TaggingProblem.OF_ONE_USER
    return TaggingProblem.OF_ONE_ORGANISATION


def find_tag(actor: Actor, tag: str | int) -> Tag:
    """The tag with this id or name, usable or not, if the actor may know its name. Raises Invalid."""
    number = _tag_id(tag)
    known = named_tags(actor)
    chosen = known.filter(name__iexact=str(tag)) if number is None else known.filter(pk=number)
    if (found := chosen.first()) is None:
        raise Invalid(TaggingProblem.NO_TAG())
    return found


def _tag_id(tag: str | int) -> int | None:
    return as_int(tag) if str(tag).isdigit() else None


def _links(target: Taggable) -> QuerySet[EventTag] | QuerySet[AttributeTag]:
    if target.is_event:
        return EventTag.objects.filter(event=target.id)
    return AttributeTag.objects.filter(attribute=target.id)


def _link(target: Taggable, tag: Tag, *, local: bool, relationship_type: str) -> None:
    if target.is_event:
        link_event_tags(target.id, [(tag.pk, local, relationship_type)])
        return
    AttributeTag.objects.create(
        attribute_id=target.id,
        event_id=target.event.pk,
        tag=tag,
        local=local,
        relationship_type=relationship_type,
    )


def _touch(target: Taggable, *, local: bool) -> None:
    if local:
        changed_locally(target.event)
    else:
        touch(target.event, _audiences(target))


def _audiences(target: Taggable) -> Audiences:
    return READERS if target.is_event else attribute_audiences([target.id])


def _audit_target(target: Taggable) -> Target:
    if target.is_event:
        return event_target(target.event)
    return attribute_target(Attribute.objects.get(pk=target.id))
