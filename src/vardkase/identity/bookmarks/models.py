"""Models for bookmarks of a user or an organisation."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class Bookmark(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    name = models.CharField(max_length=191)
    url = models.CharField(max_length=255)
    exposed_to_org = models.BooleanField(default=False)
    comment = models.TextField(blank=True, default="")

    class Meta:
        db_table = "bookmark"

    def __str__(self) -> str:
        return self.name
