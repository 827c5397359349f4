"""What the site administrators have set, by the name of the setting."""

from __future__ import annotations

from django.db import models


class SettingValue(models.Model):
    """One setting that differs from its default."""

    name = models.CharField(max_length=120, unique=True)
    value = models.JSONField()
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "setting_value"

    def __str__(self) -> str:
        return self.name
