"""Applications for membership."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.identity.organisations.models import Organisation


class ApplicationState(models.TextChoices):
    """Where an application stands (hub.md section 2)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    UNDER_REVIEW = "under_review", _("Under review")
    COMPLETION_REQUESTED = "completion_requested", _("Completion requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WAITING = "waiting", _("On the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Application(models.Model):
    """One organisation's application: what it answered, and where it stands.

    `answers` maps each step of the form to its fields; the columns beside it repeat what lists and rules need.
    `link_digest` is the SHA-256 of the private link's token. `waits_for` is the number of the phase that a waiting
    application waits for. `organisation` is set when the application is for an organisation that is here.
    """

    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=24, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    language = models.CharField(max_length=8, default="sv")
    organisation_name = models.CharField(max_length=255, blank=True, default="")
    organisation_number = models.CharField(max_length=10, blank=True, default="")
    sector = models.CharField(max_length=24, choices=Sector.choices, blank=True, default="")
    nis2 = models.CharField(max_length=16, choices=Nis2Status.choices, default=Nis2Status.UNKNOWN)
    connection = models.CharField(max_length=8, choices=Connection.choices, blank=True, default="")
    answers = models.JSONField(default=dict)
    link_digest = models.BinaryField(max_length=32)
    link_expires = models.DateTimeField()
    is_invited = models.BooleanField(default=False)
    waits_for = models.IntegerField(null=True)
    registered_by = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="applications")
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    submitted = models.DateTimeField(null=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        db_table = "application"
        indexes = [models.Index(fields=["state", "submitted"], name="application_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.organisation_name}".strip()
