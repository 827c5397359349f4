"""Models for members' annual security statements and evidence."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.core.file_columns import names_files
from vardkase.hub.membership.members.models import Membership


class StatementState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")


OPEN = (StatementState.DRAFT, StatementState.SUBMITTED, StatementState.RETURNED)


class Statement(models.Model):
    """A security statement. `answers` maps a measure (`themes.MEASURES`) to its ``level, gap, plan``.

    An accepted one is valid from `valid_from` through `valid_until`; `reminded` are the days before that on
    which the member was reminded. `note` is the officer's comment.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="statements")
    state = models.CharField(max_length=16, choices=StatementState.choices, default=StatementState.DRAFT)
    answers = models.JSONField(default=dict)
    submitted = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=255, blank=True, default="")
    reviewed = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=255, blank=True, default="")
    note = models.TextField(blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    reminded = ArrayField(models.IntegerField(), default=list)
    created = models.DateTimeField(auto_now_add=True)
    kept_by_hub: ClassVar = frozenset({"reminded"})

    class Meta:
        db_table = "security_statement"
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=~models.Q(state="accepted"),
                name="security_statement_one_open",
            )
        ]
        indexes = [models.Index(fields=["state", "valid_until"], name="security_statement_ends")]

    def __str__(self) -> str:
        return f"{self.membership}: {self.valid_until or self.state}"


@names_files("digest")
class Evidence(models.Model):
    """An evidence file for a measure: stored under `digest` (SHA-256); a certificate is valid through
    `valid_until`."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="evidence")
    measure = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    signatures = models.JSONField(default=dict)
    valid_until = models.DateField(null=True)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "security_evidence"

    def __str__(self) -> str:
        return self.name
