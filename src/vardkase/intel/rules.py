"""Rules on who may edit what: predicates over an actor and an event's facts, as in MISP 2.5."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential, Permission
from vardkase.identity.organisations.attribution import is_written_by_itself_alone
from vardkase.intel.settings import FOUR_EYES


class Created(Protocol):
    @property
    def orgc_id(self) -> int: ...
    @property
    def user_id(self) -> int: ...


class EventFacts(Created, Protocol):
    @property
    def org_id(self) -> int: ...
    @property
    def locked(self) -> bool: ...
    @property
    def protected(self) -> bool | None: ...


def may_modify_created(actor: Actor, thing: Created) -> bool:
    """Site admins; the creator organisation with `perm_modify_org`, or the creator with `perm_modify`."""
    if actor.is_site_admin:
        return True
    if thing.orgc_id != actor.organisation_id:
        return False
    if actor.may(Permission.MODIFY_ORG):
        return True
    return actor.may(Permission.MODIFY) and thing.user_id == actor.user_id


def must_sign(actor: Actor, *, protected: bool) -> bool:
    """True if the actor may change a protected event only by signed documents: sync users."""
    return protected and actor.may(Permission.SYNC) and not actor.is_site_admin


def is_beyond_administrators(actor: Actor, event: EventFacts) -> bool:
    """Of an organisation in whose name nobody else writes. Jobs of the hub do what the law demands there too."""
    if event.orgc_id == actor.organisation_id or actor.credential is Credential.JOB:
        return False
    return actor.is_site_admin and is_written_by_itself_alone(event.orgc_id)


def may_delete_event(actor: Actor, event: EventFacts) -> bool:
    return may_modify_created(actor, event) and not must_sign(actor, protected=bool(event.protected))


def may_modify_event(actor: Actor, event: EventFacts) -> bool:
    return may_delete_event(actor, event) and not is_beyond_administrators(actor, event)


def is_open_unpublished(distribution: int | str | None) -> bool:
    """True if the distribution lets other organisations read the event before publication, as MISP's default does."""
    return not settings.VARDKASE_UNPUBLISHED_PRIVATE and str(distribution or 0) != "0"


def may_merge_event(actor: Actor, event: EventFacts) -> bool:
    """True if the actor may send documents that change the event, signed if it is protected.

    Those who may change local events; sync users also for events received by synchronisation.
    """
    if is_beyond_administrators(actor, event):
        return False
    if may_modify_created(actor, event):
        return True
    return actor.may(Permission.SYNC) and event.locked


def may_publish_event(actor: Actor, event: EventFacts) -> bool:
    """`perm_publish` within the creator organisation, or a site admin."""
    if not actor.may(Permission.PUBLISH) or is_beyond_administrators(actor, event):
        return False
    return actor.is_site_admin or event.orgc_id == actor.organisation_id


def may_agree_to_publish(actor: Actor, event: EventFacts) -> bool:
    """True if the actor may be the second person: `perm_publish` within the creator or owner organisation."""
    return actor.may(Permission.PUBLISH) and actor.organisation_id in (event.orgc_id, event.org_id)


def must_leave_publishing(actor: Actor, event: EventFacts) -> bool:
    # An event from elsewhere has a local user too, the one who fetched it, but that user did not write it.
    return event.user_id == actor.user_id and not event.locked and FOUR_EYES.value


def may_tag(actor: Actor, event: EventFacts, *, local: bool) -> bool:
    """Global tags: the creator organisation. Local tags: the owner organisation, of any creator."""
    if local:
        return actor.is_site_admin or event.org_id == actor.organisation_id
    if must_sign(actor, protected=bool(event.protected)) or is_beyond_administrators(actor, event):
        return False
    return actor.may(Permission.TAGGER) and (actor.is_site_admin or event.orgc_id == actor.organisation_id)
