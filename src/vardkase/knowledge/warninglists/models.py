"""Warninglists: values that are often false positives."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Warninglist(models.Model):
    """A list and how its entries match. An empty `matching_attributes` means every type."""

    name = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=32)
    description = models.TextField(blank=True)
    version = models.IntegerField(default=0)
    enabled = models.BooleanField(default=False)
    default = models.BooleanField(default=True)
    category = models.CharField(max_length=20, default="false_positive")
    matching_attributes = ArrayField(models.TextField(), default=list)
    entry_count = models.IntegerField(default=0)

    class Meta:
        db_table = "warninglist"

    def __str__(self) -> str:
        return self.name


class WarninglistEntry(models.Model):
    """One value of a list."""

    warninglist = models.ForeignKey(Warninglist, models.CASCADE, related_name="entries")
    value = models.TextField()
    comment = models.TextField(blank=True)

    class Meta:
        db_table = "warninglist_entry"

    def __str__(self) -> str:
        return self.value
