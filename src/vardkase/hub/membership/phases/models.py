"""Models for changed phases, and for legal preconditions in force."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Phase(models.Model):
    """A phase as changed by an officer; without a row the packaged one applies (`defaults.toml`).

    From `opens` (None: undecided) until the day before `closes` (None: no end) it admits organisations of its
    `sectors`, while all its legal `preconditions` are in force.
    """

    number = models.IntegerField(unique=True)
    title_sv = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    text_sv = models.CharField(max_length=500, blank=True, default="")
    text_en = models.CharField(max_length=500, blank=True, default="")
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    sectors = ArrayField(models.CharField(max_length=24), default=list)
    invitation_only = models.BooleanField(default=False)
    preconditions = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        db_table = "membership_phase"

    def __str__(self) -> str:
        return f"{self.number} {self.title_sv}"


class LegalPrecondition(models.Model):
    """A legal precondition recorded by a legal officer: in force from `since`, by the act or decision
    `reference`.

    A revoked one stays as a row without `since`.
    """

    name = models.CharField(max_length=32, unique=True)
    since = models.DateField(null=True)
    reference = models.CharField(max_length=300, blank=True, default="")
    changed = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=255)

    class Meta:
        db_table = "legal_precondition"

    def __str__(self) -> str:
        return self.name
