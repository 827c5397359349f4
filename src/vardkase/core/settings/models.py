"""Models for settings: values set by site administrators, by setting name."""

from __future__ import annotations

from django.db import models


class SettingValue(models.Model):
    name = models.CharField(max_length=120, unique=True)
    value = models.JSONField()
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "setting_value"

    def __str__(self) -> str:
        return self.name
