"""Models for user settings, under MISP's names."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class UserSetting(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="settings")
    setting = models.CharField(max_length=64)
    value = models.JSONField()
    timestamp = models.BigIntegerField()

    class Meta:
        db_table = "user_setting"
        constraints = [models.UniqueConstraint(fields=["user", "setting"], name="user_setting_unique")]

    def __str__(self) -> str:
        return f"{self.setting} of {self.user_id}"
