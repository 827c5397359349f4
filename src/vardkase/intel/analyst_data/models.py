"""Models for analyst data on any object with a UUID."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.misp.analyst_data import LANGUAGE, LONGEST_LANGUAGE, LONGEST_NAME


class AnalystDataKind(models.IntegerChoices):
    """``note_type`` on the wire."""

    NOTE = 0, "Note"
    OPINION = 1, "Opinion"
    RELATIONSHIP = 2, "Relationship"


class AnalystData(models.Model):
    """A note, an opinion (0 to 100 with a comment), or a relationship to another object.

    The target is given by type and uuid, and need not exist here: synchronisation delivers the two in any
    order. `text` is a note's note and an opinion's comment. Without its sharing group only its own
    organisation reads it.
    """

    kind = models.SmallIntegerField(choices=AnalystDataKind)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    object_type = models.CharField(max_length=32)
    object_uuid = models.UUIDField()
    authors = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="analyst_data")
    orgc = models.ForeignKey(Organisation, models.PROTECT, related_name="created_analyst_data")
    created = models.DateTimeField()
    modified = models.DateTimeField()
    distribution = models.SmallIntegerField()
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="analyst_data")
    locked = models.BooleanField(default=False)
    detached = models.BooleanField(default=False, db_default=False)
    text = models.TextField(null=True)
    language = models.CharField(max_length=LONGEST_LANGUAGE, default=LANGUAGE)
    opinion = models.SmallIntegerField(null=True)
    relationship_type = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    related_object_type = models.CharField(max_length=32, blank=True, default="")
    related_object_uuid = models.UUIDField(null=True)

    class Meta:
        db_table = "analyst_data"
        indexes = [
            models.Index(fields=["object_uuid", "kind", "id"], name="analyst_data_object"),
            models.Index(
                fields=["related_object_uuid"],
                name="analyst_data_related",
                condition=models.Q(related_object_uuid__isnull=False),
            ),
            models.Index(fields=["kind", "id"], name="analyst_data_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_name} {self.uuid}"

    @property
    def kind_name(self) -> str:
        return AnalystDataKind(self.kind).label
