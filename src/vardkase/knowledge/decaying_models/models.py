"""Decaying models: how fast a value loses its worth, and for which attribute types that holds."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.identity.organisations.models import Organisation


class DecayingModel(models.Model):
    """One model (core-format §15). `default` ones come with the hub; `all_orgs` ones are everyone's to use."""

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


class DecayingModelMapping(models.Model):
    """An attribute type that a model is used for besides its own."""

    model = models.ForeignKey(DecayingModel, models.CASCADE, related_name="mappings")
    attribute_type = models.CharField(max_length=100)

    class Meta:
        db_table = "decaying_model_mapping"
        constraints = [
            models.UniqueConstraint(fields=["model", "attribute_type"], name="decaying_model_mapping_unique")
        ]

    def __str__(self) -> str:
        return self.attribute_type
