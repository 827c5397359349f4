"""Object models: groups of attributes by template, and references between them."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.models.document_columns import sent
from vardkase.intel.models.event import Event


class Object(models.Model):
    """An instance of an object template.

    `private_timestamp`: changes of attributes that not everybody who reads the object may read, as the owner
    organisation knows of them (`identity.access.event_times.object_timestamp`).
    """

    uuid = sent(models.UUIDField(default=uuid.uuid4, unique=True))
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="misp_objects"
    )
    name = sent(models.TextField())
    meta_category = sent(models.TextField())
    description = sent(models.TextField(null=True))
    template_uuid = sent(models.TextField(null=True))
    template_version = sent(models.IntegerField(default=1))
    timestamp = sent(models.BigIntegerField())
    private_timestamp = models.BigIntegerField(default=0, db_default=0)
    distribution = sent(models.SmallIntegerField(default=5))
    sharing_group = sent(
        models.ForeignKey(
            SharingGroup,
            models.PROTECT,
            db_constraint=False,
            db_index=False,
            null=True,
            related_name="misp_objects",
        )
    )
    comment = sent(models.TextField(default=""))
    deleted = sent(models.BooleanField(default=False))
    first_seen = sent(models.BigIntegerField(null=True))
    last_seen = sent(models.BigIntegerField(null=True))

    class Meta:
        db_table = "object"
        indexes = [
            models.Index(fields=["event", "id"], name="object_event"),
            models.Index(fields=["name", "id"], name="object_name"),
            models.Index(
                fields=["event"], name="object_restricted", condition=models.Q(distribution__in=(0, 4))
            ),
            models.Index(fields=["event"], name="object_commented", condition=~models.Q(comment="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.uuid}"


class ObjectReference(models.Model):
    """A typed link from an object to an object or attribute of the same event.

    `referenced_type` is 0 for an attribute and 1 for an object; the target may be known by uuid only.
    """

    uuid = sent(models.UUIDField(default=uuid.uuid4, unique=True))
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="references"
    )
    object = models.ForeignKey(Object, models.CASCADE, db_constraint=False, related_name="references")
    source_uuid = models.UUIDField()
    referenced_uuid = sent(models.UUIDField())
    referenced_id = models.BigIntegerField()
    referenced_type = models.SmallIntegerField()
    relationship_type = sent(models.TextField(default=""))
    comment = sent(models.TextField(default=""))
    timestamp = sent(models.BigIntegerField())
    deleted = sent(models.BooleanField(default=False))

    class Meta:
        db_table = "object_reference"
        indexes = [
            models.Index(fields=["event"], name="object_reference_event"),
            models.Index(fields=["referenced_uuid"], name="object_reference_target"),
        ]

    def __str__(self) -> str:
        return f"{self.source_uuid} {self.relationship_type} {self.referenced_uuid}"
