"""Sharing-group blueprints: rules that say which organisations a sharing group is made of."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


class SharingGroupBlueprint(models.Model):
    """One blueprint of an organisation; `rules` is the tree of `rules.condition`, `timestamp` Unix seconds."""

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
