"""Toggles a boolean of an attribute or event."""

from __future__ import annotations

from typing import Literal

from django.db import transaction

from vardkase.audit.services import record
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.attributes import change_attribute
from vardkase.intel.kernel.audit_entries import attribute_target, event_target
from vardkase.intel.kernel.locking import correlation_changed, lock_own_event, lock_own_part, touch
from vardkase.intel.models import Attribute
from vardkase.intel.queries.find import find_attribute

type Switch = Literal["to_ids", "disable_correlation"]


@transaction.atomic
def switch_attribute(actor: Actor, reference: str, switch: Switch) -> bool:
    actor.require(Permission.ADD)
    found, event = lock_own_part(actor, lambda: find_attribute(actor, reference))
    stored = Attribute.objects.get(pk=found.id)
    value = not getattr(stored, switch)
    touch(event, change_attribute(actor, event, stored, {switch: value}))
    record(actor, IntelAction.ATTRIBUTE_EDITED, attribute_target(stored), {switch: value})
    return value


@transaction.atomic
def switch_event_correlation(actor: Actor, event_id: int) -> bool:
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    event.disable_correlation = not event.disable_correlation
    event.save(update_fields=["disable_correlation"])
    touch(event)
    correlation_changed(event.pk)
    target = event_target(event)
    record(actor, IntelAction.EVENT_EDITED, target, {"disable_correlation": event.disable_correlation})
    return event.disable_correlation
