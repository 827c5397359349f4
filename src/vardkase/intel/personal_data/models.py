"""Models of where personal data were found in events, and what the publisher answered. No value is kept in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Event
from vardkase.intel.personal_data.kinds import PersonalDataKind


class MarkPlace(models.TextChoices):
    ATTRIBUTE = "attribute", _("Attribute")
    OBJECT_ATTRIBUTE = "object-attribute", _("Attribute of an object")
    FILE_NAME = "file-name", _("File name")
    TITLE = "title", _("Title of the event")
    TAG = "tag", pgettext_lazy("noun", "Tag")
    ATTRIBUTE_TAG = "attribute-tag", _("Tag on an attribute")
    REPORT = "report", _("Report")
    REPORT_TAG = "report-tag", _("Tag on a report")
    OBJECT = "object", _("Comment of an object")
    PROPOSAL = "proposal", pgettext_lazy("event", "Proposal")
    PROPOSAL_COMMENT = "proposal-comment", _("Comment on a proposal")
    ANALYST_DATA = "analyst-data", _("Note or opinion")


CONTRIBUTED = (MarkPlace.PROPOSAL.value, MarkPlace.PROPOSAL_COMMENT.value, MarkPlace.ANALYST_DATA.value)
"""What any organisation writes about events; its author answers."""


class PersonalDataMark(models.Model):
    """Characters `start` up to `end` of the `field` of a part: of a value, both parts joined by a bar.

    `part_id` is the row's id, by `place`, 0 for the title; of a tag on an attribute or report that part's, with the
    tag's id as `field`. Marks of notes and opinions have `analyst_data` in place of
    `event`, since what those are about need not exist here. `says_offence`: words near it say that it concerns
    an offence; `tagged_offence`: tags do (`offence_tags`: their ids). `fingerprint` is a keyed hash of the whole text,
    so that an answer ends when the text changes; it says nothing without the hub's secret key.
    Unanswered while `answered_at` is null. `denied_at`: the publisher has said that it does not concern an offence
    after all, because of `denied_because`.
    """

    event = models.ForeignKey(Event, models.DB_CASCADE, null=True, db_index=False, related_name="+")
    analyst_data = models.ForeignKey(
        AnalystData, models.DB_CASCADE, null=True, db_index=False, related_name="+"
    )
    place = models.CharField(max_length=20, choices=MarkPlace)
    part_id = models.BigIntegerField()
    field = models.CharField(max_length=10)
    kind = models.CharField(max_length=30, choices=PersonalDataKind)
    start = models.IntegerField()
    end = models.IntegerField()
    says_offence = models.BooleanField()
    tagged_offence = models.BooleanField(default=False, db_default=False)
    offence_tags = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    fingerprint = models.BigIntegerField()
    reason = models.TextField(default="", db_default="")
    answered_by = models.ForeignKey(User, models.DB_SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    denied_because = models.TextField(default="", db_default="")
    denied_by = models.ForeignKey(User, models.DB_SET_NULL, null=True, related_name="+")
    denied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "personal_data_mark"
        indexes = [
            models.Index(fields=["event", "part_id"], name="personal_data_mark_event"),
            # For `identity.access.offence_data`: few marks concern an offence.
            models.Index(
                fields=["event", "place", "part_id"],
                name="personal_data_mark_of_offence",
                condition=models.Q(says_offence=True) | models.Q(tagged_offence=True),
            ),
            models.Index(
                fields=["place", "part_id"],
                name="personal_data_mark_contributed",
                condition=models.Q(place__in=CONTRIBUTED),
            ),
            models.Index(
                fields=["analyst_data"],
                name="personal_data_mark_said",
                condition=models.Q(analyst_data__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.place} {self.part_id}"


class PersonalDataScan(models.Model):
    """An event in which all parts have been searched by that `version` of the detection.

    `digest` is of its title, tags, reports and comments of objects, whose marks are found again when it changes.
    """

    event = models.OneToOneField(Event, models.DB_CASCADE, primary_key=True, related_name="+")
    version = models.SmallIntegerField()
    digest = models.CharField(max_length=32)

    class Meta:
        db_table = "personal_data_scan"

    def __str__(self) -> str:
        return f"event {self.event_id}"


class AnalystDataScan(models.Model):
    """A note or opinion that has been searched by that `version` of the detection."""

    analyst_data = models.OneToOneField(AnalystData, models.DB_CASCADE, primary_key=True, related_name="+")
    version = models.SmallIntegerField()

    class Meta:
        db_table = "personal_data_analyst_scan"

    def __str__(self) -> str:
        return f"analyst data {self.analyst_data_id}"
