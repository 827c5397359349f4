"""Warninglists: values that are often false positives."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower


class CidrField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's `cidr`: a network, with no bits set beyond its mask."""

    def db_type(self, connection: object) -> str:
        return "cidr"


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
    """One value of a list; `network` is the value of a cidr list in a form that can be looked up.

    No foreign key in the database: checking it for 2.5 million rows takes longer than loading them does, and
    only the loader writes here.
    """

    warninglist = models.ForeignKey(Warninglist, models.CASCADE, related_name="entries", db_constraint=False)
    value = models.TextField()
    comment = models.TextField(blank=True, null=True)
    network = CidrField(null=True)

    class Meta:
        db_table = "warninglist_entry"
        indexes = [
            models.Index(Lower("value"), name="warninglist_entry_value"),
            models.Index(
                fields=["network"],
                name="warninglist_entry_network",
                condition=models.Q(network__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.value
