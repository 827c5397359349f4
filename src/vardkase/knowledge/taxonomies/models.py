"""Models for tags and taxonomies."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from vardkase.identity.accounts.models import User


class Tag(models.Model):
    """A tag. `org_id`/`user_id` other than 0 restrict who may attach it; without `exportable` it is never
    shared."""

    name = models.CharField(max_length=2000)
    colour = models.CharField(max_length=7, default="#0088cc")
    exportable = models.BooleanField(default=True)
    org_id = models.BigIntegerField(default=0)
    user_id = models.BigIntegerField(default=0)
    hide_tag = models.BooleanField(default=False)
    numerical_value = models.IntegerField(null=True, blank=True)
    is_galaxy = models.BooleanField(default=False)
    is_custom_galaxy = models.BooleanField(default=False)
    local_only = models.BooleanField(default=False)

    class Meta:
        db_table = "tag"
        constraints = [models.UniqueConstraint(Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class TagMaker(models.Model):
    """An organisation that made or used a tag by its name, and so knows it; 0: made for everybody.

    `colour`: how the organisation sees the tag, where it named it without knowing that the tag existed; else empty.
    """

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="makers")
    org_id = models.BigIntegerField()
    colour = models.CharField(max_length=7, blank=True, default="", db_default="")

    class Meta:
        db_table = "tag_maker"
        constraints = [models.UniqueConstraint(fields=["tag", "org_id"], name="tag_maker_unique")]

    def __str__(self) -> str:
        return f"{self.tag_id} by {self.org_id}"


class FavouriteTag(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="favourite_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="favoured")

    class Meta:
        db_table = "favourite_tag"
        constraints = [models.UniqueConstraint(fields=["user", "tag"], name="favourite_tag_unique")]

    def __str__(self) -> str:
        return f"{self.tag_id} of {self.user_id}"


class Taxonomy(models.Model):
    """A machine-tag vocabulary. `exclusive`: at most one of its tags per object; `required`: for publication."""

    namespace = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    version = models.IntegerField(default=0)
    enabled = models.BooleanField(default=False)
    exclusive = models.BooleanField(default=False)
    required = models.BooleanField(default=False)
    highlighted = models.BooleanField(default=False)

    class Meta:
        db_table = "taxonomy"

    def __str__(self) -> str:
        return self.namespace


class TaxonomyPredicate(models.Model):
    """The part after the colon: ``namespace:value``."""

    taxonomy = models.ForeignKey(Taxonomy, models.CASCADE, related_name="predicates")
    value = models.TextField()
    expanded = models.TextField(blank=True)
    description = models.TextField(blank=True)
    colour = models.CharField(max_length=7, blank=True)
    exclusive = models.BooleanField(default=False)
    numerical_value = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "taxonomy_predicate"

    def __str__(self) -> str:
        return self.value


class TaxonomyEntry(models.Model):
    """The quoted part: ``namespace:predicate="value"``."""

    predicate = models.ForeignKey(TaxonomyPredicate, models.CASCADE, related_name="entries")
    value = models.TextField()
    expanded = models.TextField(blank=True)
    description = models.TextField(blank=True)
    colour = models.CharField(max_length=7, blank=True)
    numerical_value = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "taxonomy_entry"

    def __str__(self) -> str:
        return self.value
