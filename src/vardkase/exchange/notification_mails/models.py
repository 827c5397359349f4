"""Models for sent summaries."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class SentSummary(models.Model):
    user = models.ForeignKey(User, models.DB_CASCADE, related_name="+")
    period = models.CharField(max_length=10)
    of = models.CharField(max_length=10)

    class Meta:
        db_table = "sent_summary"
        constraints = [models.UniqueConstraint(fields=["user", "period"], name="sent_summary_once")]

    def __str__(self) -> str:
        return f"{self.period} {self.of} to {self.user_id}"
