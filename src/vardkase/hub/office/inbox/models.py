"""Models for the owners of tasks."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class TaskOwner(models.Model):
    """Who handles a task (`open_tasks`) whose own package keeps no owner. Left behind when the task is done."""

    kind = models.CharField(max_length=64)
    reference = models.CharField(max_length=160)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    given_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "task_owner"
        constraints = [models.UniqueConstraint(fields=["kind", "reference"], name="task_owner_one")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
