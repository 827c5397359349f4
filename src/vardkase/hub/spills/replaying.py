"""Deletes a spilled event again, in a hub that was restored from a backup made before its deletion."""

from __future__ import annotations

from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.journal import Deletion
from vardkase.hub.spills.deletion import remove_everywhere
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.identity.access.job_actors import hub_actor
from vardkase.intel.models import Event


def delete_again(deletion: Deletion) -> str:
    """The event with its versions, copies and traces. The spill, if the backup has it, is deleted as it was then."""
    event = Event.objects.select_for_update().filter(uuid=str(deletion.uuid)).first()
    if event is None:
        return ""
    record(hub_actor(), BackupAction.DELETION_REPEATED, Target("event", event.pk, event.uuid))
    remove_everywhere(event, deletion.number)
    Spill.objects.filter(event_uuid=str(deletion.uuid), state=SpillState.OPEN).update(
        state=SpillState.DELETED, ended_at=timezone.now()
    )
    return ""
