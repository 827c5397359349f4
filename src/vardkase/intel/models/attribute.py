"""Attribute models. By far the largest tables, hence written by COPY and read by hand-written SQL.

Their references to other tables carry no database constraint (`db_constraint=False`): a check per row would cost
a fifth of the ingest, and every service holds the event's row lock while it writes below it.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from vardkase.core.file_columns import names_files
from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.models.document_columns import sent
from vardkase.intel.models.event import LONGEST_RELATIONSHIP, Event
from vardkase.intel.models.object import Object
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.types import HASH_TYPES

NOT_HASH = ~models.Q(type__in=sorted(HASH_TYPES))
"""Hashes are found whole, by key; their trigrams would be most of the index and never of use."""


@names_files("data_sha256")
class Attribute(models.Model):
    """A value. `value2` is null unless the type is composite; `first_seen`/`last_seen` are µs since 1970.

    `data_sha256` names the attachment or sample in `core.files`.
    """

    uuid = sent(models.UUIDField(default=uuid.uuid4, unique=True))
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="attributes"
    )
    object = models.ForeignKey(
        Object, models.CASCADE, db_constraint=False, db_index=False, null=True, related_name="attributes"
    )
    object_relation = sent(models.TextField(null=True))
    type = sent(models.TextField())
    category = sent(models.TextField())
    value1 = models.TextField()
    value2 = models.TextField(null=True)
    to_ids = sent(models.BooleanField())
    distribution = sent(models.SmallIntegerField(default=5))
    sharing_group = sent(
        models.ForeignKey(
            SharingGroup,
            models.PROTECT,
            db_constraint=False,
            db_index=False,
            null=True,
            related_name="attributes",
        )
    )
    timestamp = sent(models.BigIntegerField())
    comment = sent(models.TextField(default=""))
    deleted = sent(models.BooleanField(default=False))
    disable_correlation = sent(models.BooleanField(default=False))
    first_seen = sent(models.BigIntegerField(null=True))
    last_seen = sent(models.BigIntegerField(null=True))
    data_sha256 = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "attribute"
        indexes = [
            models.Index(fields=["event", "id"], name="attribute_event"),
            models.Index(
                fields=["object"], name="attribute_object", condition=models.Q(object__isnull=False)
            ),
            # For `intel.queries.attribute_counts`: what a reader may be denied is little, and found at once.
            models.Index(
                fields=["event"], name="attribute_restricted", condition=models.Q(distribution__in=(0, 4))
            ),
            # With the id, so that what changed is put in the order of ids without reading the rows.
            models.Index(fields=["timestamp", "id"], name="attribute_changed"),
            models.Index(fields=["type", "id"], name="attribute_type"),
            # For searches by category, and for whether an event has an attribute of a category or type. Equal entries
            # are stored once, which makes it a fifth of the size of the one above.
            models.Index(fields=["category", "type", "event"], name="attribute_content"),
            models.Index(
                fields=["object_relation", "event"],
                name="attribute_relation",
                condition=models.Q(object_relation__isnull=False),
            ),
            models.Index(
                fields=["first_seen"],
                name="attribute_first_seen",
                condition=models.Q(first_seen__isnull=False),
            ),
            models.Index(
                fields=["last_seen"], name="attribute_last_seen", condition=models.Q(last_seen__isnull=False)
            ),
            models.Index(fields=["event"], name="attribute_commented", condition=~models.Q(comment="")),
            GinIndex(
                fields=["value1"],
                opclasses=["gin_trgm_ops"],
                name="attribute_value1_trgm",
                condition=NOT_HASH,
            ),
            GinIndex(
                fields=["value2"],
                opclasses=["gin_trgm_ops"],
                name="attribute_value2_trgm",
                condition=models.Q(value2__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.value}"

    @property
    def value(self) -> str:
        """The value on the wire: both parts joined by a bar if the type is composite."""
        return self.value1 if self.value2 is None else f"{self.value1}|{self.value2}"


class AttributeTag(models.Model):
    """A tag on an attribute; `event` is repeated so that one index covers all tags of an event."""

    attribute = models.ForeignKey(
        Attribute, models.CASCADE, db_constraint=False, db_index=False, related_name="attribute_tags"
    )
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="attribute_tags"
    )
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False, related_name="attribute_tags")
    local = models.BooleanField(default=False)
    relationship_type = models.CharField(max_length=LONGEST_RELATIONSHIP, blank=True, default="")

    class Meta:
        db_table = "attribute_tag"
        constraints = [
            models.UniqueConstraint(fields=["attribute", "tag", "local"], name="attribute_tag_unique")
        ]
        indexes = [
            # With the event, by which a search rules out most before it reads the attribute.
            models.Index(fields=["tag", "attribute"], include=["event"], name="attribute_tag_tagged"),
            models.Index(fields=["event"], name="attribute_tag_event"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on attribute {self.attribute_id}"
