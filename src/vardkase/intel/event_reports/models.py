"""Models of tags on event reports, drafts and templates; the reports themselves are in `intel.models`."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event, EventReport
from vardkase.intel.models.event import LONGEST_RELATIONSHIP
from vardkase.knowledge.taxonomies.models import Tag


class EventReportTag(models.Model):
    """A tag on a report, deleted with the report or tag by the database."""

    event_report = models.ForeignKey(
        EventReport, models.DB_CASCADE, db_index=False, related_name="report_tags"
    )
    tag = models.ForeignKey(Tag, models.DB_CASCADE, related_name="report_tags")
    local = models.BooleanField(default=False)
    relationship_type = models.CharField(max_length=LONGEST_RELATIONSHIP, blank=True, default="")

    class Meta:
        db_table = "event_report_tag"
        constraints = [
            models.UniqueConstraint(fields=["event_report", "tag", "local"], name="event_report_tag_unique")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on report {self.event_report_id}"


class ReportDraft(models.Model):
    """What a person has written and not saved; nobody else reads it. `report` is null for a new one.

    `mark` is the version token of what it is based on; distribution and group are those chosen in the form.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, models.DB_CASCADE, related_name="+")
    event = models.ForeignKey(Event, models.DB_CASCADE, related_name="+")
    report = models.ForeignKey(EventReport, models.DB_CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=255, blank=True, default="")
    content = models.TextField(blank=True, default="")
    distribution = models.SmallIntegerField(default=5)
    sharing_group_id = models.BigIntegerField(null=True)
    mark = models.CharField(max_length=32, blank=True, default="")
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "event_report_draft"
        indexes = [models.Index(fields=["user", "event"], name="event_report_draft_of_user")]

    def __str__(self) -> str:
        return self.name


class ReportTemplate(models.Model):
    """A text that reports begin with. `all_orgs`: everyone here may use it, not only its organisation."""

    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    content = models.TextField()
    all_orgs = models.BooleanField(default=False)
    modified = models.DateTimeField()

    class Meta:
        db_table = "event_report_template"

    def __str__(self) -> str:
        return self.name
