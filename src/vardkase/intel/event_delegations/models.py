"""Models for delegation requests: taking over an event and publishing it under another organisation's name."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel.models import Event

RECIPIENT_DECIDES = -1
"""The distribution of a request that leaves the choice to the recipient."""


class EventDelegation(models.Model):
    """An open request: `requester_org` asks `org`. It is deleted once decided."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="delegation")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    requester_org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    message = models.TextField(blank=True, default="")
    distribution = models.SmallIntegerField(default=RECIPIENT_DECIDES)
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "event_delegation"

    def __str__(self) -> str:
        return f"event {self.event_id} to organisation {self.org_id}"
