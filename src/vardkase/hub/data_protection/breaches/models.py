"""Models for personal data breaches: each is logged, reported or not (article 33.5 of the GDPR)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User


class BreachKind(models.TextChoices):
    CONFIDENTIALITY = "confidentiality", _("Disclosed to or read by somebody unauthorised")
    INTEGRITY = "integrity", _("Altered by mistake or without authorisation")
    AVAILABILITY = "availability", _("Lost or unavailable")


class BreachRisk(models.TextChoices):
    """The risk to the persons concerned: a report is due at any, and they are informed at a high one."""

    UNKNOWN = "unknown", _("Not assessed yet")
    UNLIKELY = "unlikely", _("Unlikely to be a risk: need not be reported")
    RISK = "risk", _("Risk: must be reported to IMY")
    HIGH = "high", _("High risk: must be reported to IMY, and the persons informed")


class BreachRole(models.TextChoices):
    CONTROLLER = "controller", _("The hub owner is the controller")
    PROCESSOR = "processor", _("The hub owner processes the data for another controller")


class BreachState(models.TextChoices):
    OPEN = "open", pgettext_lazy("breach", "Open")
    CLOSED = "closed", pgettext_lazy("breach", "Closed")


class Breach(models.Model):
    """A personal data breach. The clock of the report runs from `aware_at`; `source_kind` and `source_id` name a spill
    or support request that it became known by. Empty dates: not done."""

    title = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=BreachState.choices, default=BreachState.OPEN)
    aware_at = models.DateTimeField()
    occurred = models.CharField(max_length=200, blank=True, default="")
    kinds = ArrayField(models.CharField(max_length=16))
    role = models.CharField(max_length=12, choices=BreachRole.choices, default=BreachRole.CONTROLLER)
    description = models.TextField()
    persons = models.IntegerField(null=True)
    records = models.IntegerField(null=True)
    categories = models.TextField(blank=True, default="")
    consequences = models.TextField(blank=True, default="")
    measures = models.TextField(blank=True, default="")
    risk = models.CharField(max_length=12, choices=BreachRisk.choices, default=BreachRisk.UNKNOWN)
    risk_because = models.TextField(blank=True, default="")
    deadline = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=100, blank=True, default="")
    late_because = models.TextField(blank=True, default="")
    persons_informed_at = models.DateTimeField(null=True)
    persons_informed_how = models.TextField(blank=True, default="")
    controller_told_at = models.DateTimeField(null=True)
    controller_told_how = models.TextField(blank=True, default="")
    source_kind = models.CharField(max_length=32, blank=True, default="")
    source_id = models.BigIntegerField(null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reminded = models.IntegerField(default=0)
    """The number of reminders of the deadline that have gone out."""
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)
    changed = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(null=True)

    kept_by_hub = frozenset({"reminded", "changed"})

    class Meta:
        db_table = "personal_data_breach"
        indexes = [models.Index(fields=["state", "deadline"], name="personal_data_breach_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"PUI-{self.pk:05d}"

    @property
    def kind_labels(self) -> list[str]:
        return [str(BreachKind(kind).label) for kind in self.kinds]
