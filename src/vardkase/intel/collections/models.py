"""Models for collections: related events and galaxy clusters, e.g. of a campaign, by UUID."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


class CollectionType(models.TextChoices):
    CAMPAIGN = "campaign"
    INTRUSION_SET = "intrusion_set"
    NAMED_THREAT = "named_threat"
    OTHER = "other"
    RESEARCH = "research"


class ElementType(models.TextChoices):
    EVENT = "Event"
    GALAXY_CLUSTER = "GalaxyCluster"


class Collection(models.Model):
    """A collection with its own distribution. `locked`: it came from another instance.

    Without its sharing group only its own organisation reads it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="collections")
    orgc = models.ForeignKey(Organisation, models.PROTECT, related_name="created_collections")
    user_id = models.BigIntegerField(default=0)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    distribution = models.SmallIntegerField()
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="collections")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=80, choices=CollectionType)
    description = models.TextField(blank=True, default="")
    locked = models.BooleanField(default=False)

    class Meta:
        db_table = "collection"

    def __str__(self) -> str:
        return self.name


class CollectionElement(models.Model):
    """An event or cluster in a collection; it need not exist here."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    collection = models.ForeignKey(Collection, models.DB_CASCADE, db_index=False, related_name="elements")
    element_uuid = models.UUIDField()
    element_type = models.CharField(max_length=80, choices=ElementType)
    description = models.TextField(blank=True, default="")

    class Meta:
        db_table = "collection_element"
        constraints = [
            models.UniqueConstraint(fields=["collection", "element_uuid"], name="collection_element_unique")
        ]
        indexes = [models.Index(fields=["element_uuid"], name="collection_element_thing")]

    def __str__(self) -> str:
        return f"{self.element_type} {self.element_uuid}"
