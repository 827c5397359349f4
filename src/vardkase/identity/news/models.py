"""Models for news from site administrators."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class News(models.Model):
    title = models.CharField(max_length=255)
    message = models.TextField()
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    date_created = models.BigIntegerField()

    class Meta:
        db_table = "news"

    def __str__(self) -> str:
        return self.title
