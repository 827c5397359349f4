"""Who may change what: pure predicates over an actor and the facts of an event (core-format §13)."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.settings import FOUR_EYES


class Created(Protocol):
    """What the rules need to know of something that an organisation has created."""

    @property
    def orgc_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...


class EventFacts(Created, Protocol):
    """What the rules need to know of an event."""

    @property
    def org_id(self) -> int: ...
    @property
    def locked(self) -> bool: ...
    @property
    def protected(self) -> bool | None: ...


def may_modify_created(actor: Actor, thing: Created) -> bool:
    """Site admins; the creating organisation with `perm_modify_org`, or the creator with `perm_modify`."""
    if actor.is_site_admin:
        return True
    if thing.orgc_id != actor.organisation_id:
        return False
    if actor.may(Permission.MODIFY_ORG):
        return True
    return actor.may(Permission.MODIFY) and thing.user_id == actor.user_id


def must_sign(actor: Actor, *, protected: bool) -> bool:
    """Whether the actor changes a protected event by signed documents only: machines that synchronise."""
    return protected and actor.may(Permission.SYNC) and not actor.is_site_admin


def may_modify_event(actor: Actor, event: EventFacts) -> bool:
    """Whether the actor may change the event, or parts of it, in place."""
    return may_modify_created(actor, event) and not must_sign(actor, protected=bool(event.protected))


def is_open_unpublished(distribution: int | str | None) -> bool:
    """Whether those a reach admits can read the event here before it is published, as in MISP by default."""
    return not settings.VARDKASE_UNPUBLISHED_PRIVATE and str(distribution or 0) != "0"


def may_merge_event(actor: Actor, event: EventFacts) -> bool:
    """Whether the actor may send documents that change the event, signed where it is protected.

    Who may change what was created here; synchronising users also for events that came by synchronisation.
    """
    if may_modify_created(actor, event):
        return True
    return actor.may(Permission.SYNC) and event.locked


def may_publish_event(actor: Actor, event: EventFacts) -> bool:
    """`perm_publish` within the creating organisation, or a site admin."""
    if not actor.may(Permission.PUBLISH):
        return False
    return actor.is_site_admin or event.orgc_id == actor.organisation_id


def may_agree_to_publish(actor: Actor, event: EventFacts) -> bool:
    """Whether the actor may be the second person: `perm_publish` within the organisation that created the event, or
    that holds it here."""
    return actor.may(Permission.PUBLISH) and actor.organisation_id in (event.orgc_id, event.org_id)


def must_leave_publishing(actor: Actor, event: EventFacts) -> bool:
    """Whether the actor made the event, here, and somebody else has to publish it."""
    return event.user_id == actor.user_id and not event.locked and FOUR_EYES.value


def may_tag(actor: Actor, event: EventFacts, *, local: bool) -> bool:
    """Global tags: whoever may modify. Local tags: the host's own people, whoever created the event."""
    if local:
        return actor.is_site_admin or event.org_id == actor.organisation_id
    if must_sign(actor, protected=bool(event.protected)):
        return False
    return actor.may(Permission.TAGGER) and (actor.is_site_admin or event.orgc_id == actor.organisation_id)
