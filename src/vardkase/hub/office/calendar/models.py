"""Models for private calendar feeds."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class CalendarLink(models.Model):
    """The private link to one person's calendar. `digest` is the SHA-256 of its token, which is not stored."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    fetched = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendar_link"

    def __str__(self) -> str:
        return f"Calendar of {self.user_id}"
