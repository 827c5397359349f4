"""Models for noticelists: notices to consider before using a category, type or tag."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Noticelist(models.Model):
    """A set of notices, such as those about the GDPR."""

    name = models.CharField(max_length=255, unique=True)
    expanded_name = models.TextField(blank=True)
    ref = ArrayField(models.TextField(), default=list)
    geographical_area = ArrayField(models.TextField(), default=list)
    version = models.IntegerField(default=1)
    enabled = models.BooleanField(default=False)

    class Meta:
        db_table = "noticelist"

    def __str__(self) -> str:
        return self.name


class NoticelistEntry(models.Model):
    """A notice: where it applies, and its text by language."""

    noticelist = models.ForeignKey(Noticelist, models.CASCADE, related_name="entries")
    data = models.JSONField()

    class Meta:
        db_table = "noticelist_entry"

    def __str__(self) -> str:
        return f"{self.noticelist_id}:{self.pk}"
