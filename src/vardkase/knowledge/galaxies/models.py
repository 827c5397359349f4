"""Models for galaxies and their clusters, which are attached as tags."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Galaxy(models.Model):
    """A family of clusters (threat actors, techniques, tools, …). `default` ones are packaged and read-only."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    version = models.CharField(max_length=255, default="1")
    icon = models.CharField(max_length=255, blank=True)
    namespace = models.CharField(max_length=255, default="misp")
    enabled = models.BooleanField(default=True)
    local_only = models.BooleanField(default=False)
    kill_chain_order = models.JSONField(null=True, blank=True)
    default = models.BooleanField(default=True)
    org_id = models.BigIntegerField(default=0)
    orgc_id = models.BigIntegerField(default=0)
    distribution = models.SmallIntegerField(default=3)
    sharing_group_id = models.BigIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)
    modified = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "galaxy"
        indexes = [models.Index(fields=["type"], name="galaxy_type")]

    def __str__(self) -> str:
        return self.name


class GalaxyCluster(models.Model):
    """A named entry of a galaxy. `default` clusters come with the packaged galaxies and are read-only."""

    uuid = models.UUIDField(default=uuid.uuid4)
    collection_uuid = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=255)
    value = models.TextField()
    tag_name = models.CharField(max_length=2000)
    description = models.TextField(blank=True)
    galaxy = models.ForeignKey(Galaxy, models.CASCADE, related_name="clusters")
    source = models.CharField(max_length=255, blank=True)
    authors = models.JSONField(default=list, null=True)
    version = models.BigIntegerField(default=0)
    distribution = models.SmallIntegerField(default=3)
    sharing_group_id = models.BigIntegerField(null=True)
    org_id = models.BigIntegerField(default=0)
    orgc_id = models.BigIntegerField(default=0)
    default = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    extends_uuid = models.UUIDField(null=True)
    extends_version = models.BigIntegerField(default=0, null=True)
    published = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)

    class Meta:
        db_table = "galaxy_cluster"
        constraints = [models.UniqueConstraint(fields=["uuid", "galaxy"], name="galaxy_cluster_unique")]
        indexes = [
            models.Index(fields=["uuid"], name="galaxy_cluster_uuid"),
            models.Index(Lower("tag_name"), name="galaxy_cluster_tag"),
        ]

    def __str__(self) -> str:
        return self.value

    def shown_with(self) -> list[tuple[str, str]]:
        return list(self.elements.order_by("pk").values_list("key", "value"))


class GalaxyElement(models.Model):
    """A key and value of a cluster's metadata (keys may repeat)."""

    galaxy_cluster = models.ForeignKey(GalaxyCluster, models.CASCADE, related_name="elements")
    key = models.CharField(max_length=255)
    value = models.TextField()

    class Meta:
        db_table = "galaxy_element"

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class GalaxyClusterRelation(models.Model):
    """A typed link from one cluster to another, which may not exist here (hence the bare uuid)."""

    galaxy_cluster = models.ForeignKey(GalaxyCluster, models.CASCADE, related_name="relations")
    referenced_galaxy_cluster_uuid = models.UUIDField()
    referenced_galaxy_cluster_type = models.CharField(max_length=255)
    distribution = models.SmallIntegerField(default=3)
    sharing_group_id = models.BigIntegerField(null=True)
    default = models.BooleanField(default=True)
    tags = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "galaxy_cluster_relation"
        indexes = [
            models.Index(fields=["referenced_galaxy_cluster_uuid"], name="galaxy_relation_target"),
            GinIndex(fields=["tags"], name="galaxy_relation_tags"),
        ]

    def __str__(self) -> str:
        return f"{self.galaxy_cluster_id} {self.referenced_galaxy_cluster_type}"
