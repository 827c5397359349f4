"""Models for tag collections: sets of tags and clusters that are attached together."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation
from vardkase.knowledge.taxonomies.models import Tag


class TagCollection(models.Model):
    """A named set of tags of an organisation, usable by everyone with `all_orgs`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="tag_collections")
    user_id = models.BigIntegerField(default=0)
    all_orgs = models.BooleanField(default=False)

    class Meta:
        db_table = "tag_collection"

    def __str__(self) -> str:
        return self.name

    def shown_with(self) -> list[int]:
        return sorted(self.members.values_list("tag_id", flat=True))


class TagCollectionTag(models.Model):
    tag_collection = models.ForeignKey(TagCollection, models.CASCADE, related_name="members")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="in_collections")

    class Meta:
        db_table = "tag_collection_tag"
        constraints = [
            models.UniqueConstraint(fields=["tag_collection", "tag"], name="tag_collection_tag_unique")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} in {self.tag_collection_id}"
