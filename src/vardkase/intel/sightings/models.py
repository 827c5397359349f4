"""Models for sightings: a value was seen, was a false positive, or has expired."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event

LONGEST_SOURCE = 255


class SightingType(models.IntegerChoices):
    SEEN = 0
    FALSE_POSITIVE = 1
    EXPIRATION = 2


class Sighting(models.Model):
    """A sighting; `date_sighting` is Unix seconds, `org` is null if it is anonymised.

    References have no constraints, as for attributes: sightings arrive in tens of thousands.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    attribute = models.ForeignKey(
        Attribute, models.CASCADE, db_constraint=False, db_index=False, related_name="sightings"
    )
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="sightings"
    )
    org = models.ForeignKey(Organisation, models.PROTECT, null=True, db_index=False, related_name="sightings")
    date_sighting = models.BigIntegerField()
    source = models.CharField(max_length=LONGEST_SOURCE, blank=True, default="")
    type = models.SmallIntegerField(choices=SightingType, default=SightingType.SEEN)

    class Meta:
        db_table = "sighting"
        indexes = [
            models.Index(fields=["attribute", "date_sighting"], name="sighting_attribute"),
            models.Index(fields=["event", "org"], name="sighting_event"),
            models.Index(fields=["date_sighting"], name="sighting_date"),
            models.Index(fields=["org"], name="sighting_org"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} of attribute {self.attribute_id}"
