"""Deletes again, in a restored hub, what was deleted after the backup was made."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.journal import Deletion, Kind, register
from vardkase.identity.access.job_actors import hub_actor
from vardkase.intel.editing.deletion import remove_attributes, remove_event
from vardkase.intel.models import Attribute, Event


def _event(deletion: Deletion) -> str:
    event = Event.objects.select_for_update().filter(uuid=str(deletion.uuid)).first()
    if event is not None:
        record(hub_actor(), BackupAction.DELETION_REPEATED, Target("event", event.pk, event.uuid))
        remove_event(event)
    return ""


def _attribute(deletion: Deletion) -> str:
    attribute = Attribute.objects.filter(uuid=str(deletion.uuid)).first()
    if attribute is not None:
        target = Target("attribute", attribute.pk, attribute.uuid)
        record(hub_actor(), BackupAction.DELETION_REPEATED, target)
        remove_attributes(attribute.event_id, [attribute.pk])
    return ""


def register_replays() -> None:
    register(Kind.EVENT, _event)
    register(Kind.ATTRIBUTE, _attribute)
