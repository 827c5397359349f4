"""Models for questions of readers to the creators of events."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from vardkase.identity.accounts.models import User


class ReaderQuestion(models.Model):
    """A question about an event to `organisation_id`, or to one user of it; open until somebody there closes it."""

    event_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    user = models.ForeignKey(User, models.DB_CASCADE, null=True, related_name="+")
    sender = models.ForeignKey(User, models.DB_CASCADE, related_name="+")
    message = models.TextField()
    asked_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.DB_SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "reader_question"
        indexes = [
            models.Index(fields=["organisation_id", "-id"], name="reader_question_organisation"),
            models.Index(
                fields=["organisation_id"], condition=Q(closed_at=None), name="reader_question_open"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk} about event {self.event_id}"
