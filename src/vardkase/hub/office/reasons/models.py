"""Models for texts of reasons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReasonKind(models.TextChoices):
    """The kind of decision that a text is for."""

    APPROVE = "approve", _("Approve an application")
    REJECT = "reject", _("Reject an application")
    COMPLETION = "completion", _("Request more information")
    RESTRICT = "restrict", _("Suspend or restrict a membership")
    LIFT = "lift", _("Lift restrictions of a membership")
    TERMINATE = "terminate", _("Terminate a membership")
    DISCLOSURE = "disclosure", _("Decide on disclosure of records")


class ReasonText(models.Model):
    """One version of a text; versions are never changed. A text is the newest version of its `name`."""

    name = models.UUIDField()
    version = models.IntegerField()
    kind = models.CharField(max_length=16, choices=ReasonKind.choices)
    title = models.CharField(max_length=120)
    text_sv = models.TextField()
    text_en = models.TextField()
    is_retired = models.BooleanField(default=False)
    written_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "reason_text"
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="reason_text_version")]

    def __str__(self) -> str:
        return self.title
