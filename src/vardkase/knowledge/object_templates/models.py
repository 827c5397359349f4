"""Models for object templates (e.g. file, e-mail, person), and for relationship types of references."""

from __future__ import annotations

from django.db import models


class ObjectTemplate(models.Model):
    """A version of a template; `definition` is the whole definition.json. Packaged ones are `fixed`."""

    uuid = models.UUIDField()
    name = models.CharField(max_length=255)
    meta_category = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    version = models.IntegerField()
    fixed = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    user_id = models.BigIntegerField(default=0)
    org_id = models.BigIntegerField(default=0)
    definition = models.JSONField(default=dict)

    class Meta:
        db_table = "object_template"
        constraints = [models.UniqueConstraint(fields=["uuid", "version"], name="object_template_unique")]
        indexes = [models.Index(fields=["name"], name="object_template_name")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ObjectTemplateElement(models.Model):
    """An attribute that an object of the template may have."""

    object_template = models.ForeignKey(ObjectTemplate, models.CASCADE, related_name="elements")
    object_relation = models.CharField(max_length=255)
    type = models.CharField(max_length=255)
    ui_priority = models.IntegerField(default=0)
    categories = models.JSONField(null=True)
    sane_default = models.JSONField(null=True)
    values_list = models.JSONField(null=True)
    description = models.TextField(blank=True)
    disable_correlation = models.BooleanField(null=True)
    multiple = models.BooleanField(default=False)

    class Meta:
        db_table = "object_template_element"

    def __str__(self) -> str:
        return self.object_relation


class ObjectRelationship(models.Model):
    """A relationship type between objects; packaged ones belong to no organisation (0)."""

    name = models.CharField(max_length=255, unique=True)
    description = models.TextField(blank=True)
    format = models.JSONField(default=list)
    version = models.IntegerField(default=0)
    org_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "object_relationship"

    def __str__(self) -> str:
        return self.name
