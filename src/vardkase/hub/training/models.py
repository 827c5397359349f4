"""Models for completed training."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class Training(models.Model):
    """A completed training module of a user; `valid_until` is null if it does not expire."""

    user = models.ForeignKey(User, models.CASCADE, related_name="trainings")
    module = models.CharField(max_length=200)
    done_on = models.DateField()
    valid_until = models.DateField(null=True)
    note = models.TextField(blank=True, default="")
    marked_by = models.TextField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "training"
        indexes = [models.Index(fields=["user", "module"], name="training_user_module")]

    def __str__(self) -> str:
        return f"{self.module}, user {self.user_id}"
