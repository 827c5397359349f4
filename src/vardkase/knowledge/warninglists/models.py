"""Models for warninglists: values that are often false positives."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

TYPES = ("cidr", "hostname", "string", "substring", "regex")
CATEGORIES = ("false_positive", "known")


def new_revision() -> int:
    """A number no list has had before, which invalidates caches of earlier contents."""
    return secrets.randbits(62)


class CidrField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's `cidr`: a network, with no bits set beyond its mask."""

    def db_type(self, connection: object) -> str:
        return "cidr"


class Warninglist(models.Model):
    """A warninglist. An empty `matching_attributes` means every type.

    `default` lists are packaged and updated from files; the others are the hub's own.
    """

    name = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=32)
    description = models.TextField(blank=True)
    version = models.IntegerField(default=0)
    enabled = models.BooleanField(default=False)
    default = models.BooleanField(default=True)
    category = models.CharField(max_length=20, default="false_positive")
    matching_attributes = ArrayField(models.TextField(), default=list)
    entry_count = models.IntegerField(default=0)
    revision = models.BigIntegerField(default=new_revision)

    class Meta:
        db_table = "warninglist"

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """A version token: new after each change of the list or of its entries."""
        return f"{self.version}.{self.revision}"


class WarninglistEntry(models.Model):
    """A value of a list; `network` is the value of a cidr list in indexed form.

    No foreign key in the database: checking it for 2.5 million rows takes longer than loading them, and only
    `entries` writes here. Values are looked up by a hash, because one may exceed the size of an index row.
    """

    warninglist = models.ForeignKey(
        Warninglist, models.CASCADE, related_name="entries", db_constraint=False, db_index=False
    )
    value = models.TextField()
    comment = models.TextField(blank=True, null=True)
    network = CidrField(null=True)

    class Meta:
        db_table = "warninglist_entry"
        indexes = [
            models.Index(
                models.Func(
                    Lower(models.Func("value", models.Value("."), function="btrim")),
                    models.Value(0),
                    function="hashtextextended",
                ),
                name="warninglist_entry_lookup",
                condition=models.Q(network__isnull=True),
            ),
            models.Index(fields=["warninglist", "id"], name="warninglist_entry_list"),
            models.Index(
                fields=["network"],
                name="warninglist_entry_network",
                condition=models.Q(network__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.value
