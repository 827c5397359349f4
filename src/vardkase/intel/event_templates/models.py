"""Models for event templates: forms for recurring kinds of events."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from vardkase.identity.organisations.models import Organisation


class EventTemplate(models.Model):
    """An event template. `all_orgs`: everyone here may use it, not only its organisation.

    `default`: it is packaged with the hub. `definition` is what `definition.read_definition` accepts;
    `version` counts the changes.
    """

    uuid = models.UUIDField(unique=True, default=uuid4)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    creator_user_id = models.BigIntegerField(default=0)
    all_orgs = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    default = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)
    definition = models.JSONField(default=dict)

    class Meta:
        db_table = "event_template"

    def __str__(self) -> str:
        return self.name
