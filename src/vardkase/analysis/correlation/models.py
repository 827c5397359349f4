"""Correlation models: one key per value instead of pairs; derived from attributes and rebuildable at any time.

Each value part of each attribute has one row with its key: a 64-bit BLAKE2b of the case-folded text, keyed
with the instance's secret. Two attributes correlate when they share a key and both rows say `correlates`.
The same index answers an exact search, which is why parts that do not correlate have rows too.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models


class InetField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's `inet`: an address or a network."""

    def db_type(self, connection: object) -> str:
        return "inet"


class IsNetwork(models.Func):
    template = "(masklen(%(expressions)s) < CASE family(%(expressions)s) WHEN 4 THEN 32 ELSE 128 END)"
    output_field = models.BooleanField()


class AttributeKey(models.Model):
    """One value part of one attribute.

    Repeats the columns of the visibility rule, so that queries need only the index.
    """

    pk = models.CompositePrimaryKey("event_id", "attribute_id", "key")
    key = models.BigIntegerField()
    attribute_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    object_id = models.BigIntegerField(null=True)
    distribution = models.SmallIntegerField()
    sharing_group_id = models.BigIntegerField(null=True)
    correlates = models.BooleanField()

    class Meta:
        db_table = "attribute_key"
        indexes = [
            models.Index(
                fields=["key"],
                include=[
                    "event_id",
                    "attribute_id",
                    "object_id",
                    "distribution",
                    "sharing_group_id",
                    "correlates",
                ],
                name="attribute_key_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.attribute_id}"


class SharedKey(models.Model):
    """A key of the event that another event has, or had, too (`analysis.correlation.shared_keys`)."""

    pk = models.CompositePrimaryKey("event_id", "key")
    event_id = models.BigIntegerField()
    key = models.BigIntegerField()

    class Meta:
        db_table = "shared_key"

    def __str__(self) -> str:
        return f"{self.key} of event {self.event_id}"


class UnmarkedEvent(models.Model):
    """An event whose shared keys are not all marked yet."""

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "unmarked_event"

    def __str__(self) -> str:
        return str(self.event_id)


class AttributeNetwork(models.Model):
    """The address or network of an attribute, indexed for containment in both directions."""

    attribute_id = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField()
    net = InetField()

    class Meta:
        db_table = "attribute_network"
        indexes = [
            models.Index(fields=["net"], name="attribute_network_net"),
            GistIndex(
                OpClass("net", name="inet_ops"),
                name="attribute_network_networks",
                condition=models.Q(IsNetwork("net")),
            ),
            models.Index(fields=["event_id"], name="attribute_network_event"),
        ]

    def __str__(self) -> str:
        return f"{self.net} in {self.attribute_id}"


class AttributeSsdeep(models.Model):
    """The fuzzy hash of a correlating attribute, with its 7-character substrings and the visibility columns."""

    attribute_id = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField()
    object_id = models.BigIntegerField(null=True)
    distribution = models.SmallIntegerField()
    sharing_group_id = models.BigIntegerField(null=True)
    hash = models.TextField()
    runs = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "attribute_ssdeep"
        indexes = [
            # Without its list of pending entries, which every look-up would have to read through.
            GinIndex(fields=["runs"], name="attribute_ssdeep_runs", fastupdate=False),
            models.Index(fields=["event_id"], name="attribute_ssdeep_event"),
        ]

    def __str__(self) -> str:
        return f"{self.hash} in {self.attribute_id}"


class CorrelationExclusion(models.Model):
    """A value excluded from correlation: exact, or with `%` at either end."""

    value = models.TextField(unique=True)
    comment = models.TextField(blank=True, default="")
    from_json = models.BooleanField(default=False)

    class Meta:
        db_table = "correlation_exclusion"

    def __str__(self) -> str:
        return self.value


class Selector(models.TextChoices):
    CREATOR = "orgc_id"
    OWNER = "org_id"
    EVENT_ID = "event_id"
    EVENT_INFO = "event_info"


class CorrelationRule(models.Model):
    """Events that do not correlate with each other.

    `selector_list` is stored as sent; `numbers` or `patterns` (LIKE patterns on titles) are derived from it
    on write and used for matching. Times are Unix seconds.
    """

    uuid = models.UUIDField(unique=True, default=uuid4)
    name = models.CharField(max_length=255)
    comment = models.TextField(blank=True, default="")
    selector_type = models.CharField(max_length=40, choices=Selector)
    selector_list = models.JSONField(default=list)
    numbers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    patterns = ArrayField(models.TextField(), default=list, blank=True)
    timestamp = models.BigIntegerField()

    class Meta:
        db_table = "correlation_rule"

    def __str__(self) -> str:
        return self.name
