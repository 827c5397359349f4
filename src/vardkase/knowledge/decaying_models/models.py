"""Models for decaying models: how fast scores fall, and for which attribute types."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.identity.organisations.models import Organisation


class DecayingModel(models.Model):
    """A decaying model. `default` ones are packaged; `all_orgs` ones are usable by
    everyone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    parameters = models.JSONField()
    attribute_types = ArrayField(models.TextField(), default=list)
    ref = ArrayField(models.TextField(), default=list)
    formula = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="decaying_models")
    enabled = models.BooleanField(default=False)
    all_orgs = models.BooleanField(default=True)
    default = models.BooleanField(default=False)

    class Meta:
        db_table = "decaying_model"

    def __str__(self) -> str:
        return self.name

    def shown_with(self) -> list[str]:
        return sorted(self.mappings.values_list("attribute_type", flat=True))


class DecayingModelMapping(models.Model):
    """An additional attribute type that a model is used for."""

    model = models.ForeignKey(DecayingModel, models.CASCADE, related_name="mappings")
    attribute_type = models.CharField(max_length=100)

    class Meta:
        db_table = "decaying_model_mapping"
        constraints = [
            models.UniqueConstraint(fields=["model", "attribute_type"], name="decaying_model_mapping_unique")
        ]

    def __str__(self) -> str:
        return self.attribute_type
