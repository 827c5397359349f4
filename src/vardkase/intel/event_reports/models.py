"""Models for tags on event reports; the reports themselves are in `intel.models`."""

from __future__ import annotations

from django.db import models

from vardkase.intel.models import EventReport
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
