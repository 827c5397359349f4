"""Models for sharing group blueprints: rules that determine the organisations of a sharing group."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


class SharingGroupBlueprint(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=191)
    timestamp = models.BigIntegerField()
    user_id = models.BigIntegerField()
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="+")
    rules = models.JSONField()

    class Meta:
        db_table = "sharing_group_blueprint"

    def __str__(self) -> str:
        return self.name
