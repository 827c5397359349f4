"""Deleting an object from a collection deletes its source, if the caller may edit the event."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction

from vardkase.core.errors import Forbidden, NotFound
from vardkase.exchange.taxii.bundles import CONTAINERS
from vardkase.exchange.taxii.collections import as_member, may_read, may_write
from vardkase.exchange.taxii.contents import contents, uuid_of
from vardkase.exchange.taxii.filters import Match
from vardkase.exchange.taxii.models import Collection
from vardkase.exchange.taxii.problems import TaxiiProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.deletion import delete_attribute, delete_event, delete_object
from vardkase.intel.queries.find import find_attribute, find_event, find_object
from vardkase.intel.services.publish import publish_event


@transaction.atomic
def delete_from(actor: Actor, collection: Collection, match: Match) -> None:
    """Delete the attribute, object or event behind the object that `match` names; the rest is published
    again.

    Raises NotFound when it is not in the collection; Forbidden when the actor may not write there or not
    change the event, or the object has no counterpart of its own (an identity, a relationship).
    """
    member = as_member(actor)
    if not (may_read(member, collection) and may_write(member, collection)):
        raise Forbidden(TaxiiProblem.NOT_WRITABLE())
    if not contents(actor, collection, match, bodies=False).objects:
        raise NotFound(TaxiiProblem.OBJECT_NOT_FOUND())
    stix_id = match.ids[0]
    if stix_id.partition("--")[0] in CONTAINERS:
        delete_event(member, find_event(member, uuid_of(stix_id)).id)
        return
    publish_event(member, _delete_part(member, uuid_of(stix_id)))


def _delete_part(actor: Actor, uuid: str) -> int:
    # A STIX indicator or observable is made from an attribute or from an object; its uuid does not say which.
    for delete in (_delete_attribute, _delete_object):
        with suppress(NotFound):
            return delete(actor, uuid)
    raise Forbidden(TaxiiProblem.SAID_OF_OTHERS())


def _delete_attribute(actor: Actor, uuid: str) -> int:
    attribute = find_attribute(actor, uuid)
    delete_attribute(actor, attribute.id)
    return attribute.event_id


def _delete_object(actor: Actor, uuid: str) -> int:
    found = find_object(actor, uuid)
    delete_object(actor, found.id)
    return found.event_id
