"""What officers have changed about the phases, and which legal preconditions are in force."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Phase(models.Model):
    """A phase as an officer has changed it; one without a row is as it was delivered (`defaults.toml`).

    From `opens` on (None: not decided) until the day before `closes` (None: no end) it admits organisations of its
    `sectors`, while every one of its legal `preconditions` is in force.
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
    """What a legal officer has recorded: in force from `since` on, by the act or decision `reference`.

    Revoked, it stays as a row without `since`.
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
