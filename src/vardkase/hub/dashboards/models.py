"""Models for saved dashboards, private or for everybody."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.accounts.models import User


class DashboardTemplate(models.Model):
    """A dashboard layout; `value` is a list of widgets as in the setting `dashboard`. Everybody may use a
    `selectable` one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=191)
    description = models.TextField(blank=True, default="")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    value = models.JSONField()
    selectable = models.BooleanField(default=False)
    timestamp = models.BigIntegerField()

    class Meta:
        db_table = "dashboard_template"

    def __str__(self) -> str:
        return self.name
