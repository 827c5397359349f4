"""What the authority answered, and what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.public_records.cases.models.case import RecordsCase


class RecordsAnswerKind(models.TextChoices):
    """First an officer answers (OSL 6:3); on request the authority decides in writing."""

    ANSWER = "answer", _("Answer by the officer")
    DECISION = "decision", _("The authority’s written decision")
    REFERRAL = "referral", _("Referred to another authority")
    DISMISSAL = "dismissal", _("Decision to dismiss an appeal")


class CaseOutcome(models.TextChoices):
    RELEASED = "released", _("Released in full")
    PARTLY = "partly", _("Released in part")
    WITHHELD = "withheld", pgettext_lazy("answer", "Withheld")
    NOT_HELD = "not_held", _("No such record")
    REFERRED = "referred", _("Referred to another authority")
    WITHDRAWN = "withdrawn", _("Withdrawn by the requester")


class RecordsServedHow(models.TextChoices):
    LINK = "link", _("Confirmed through the private link")
    RECEIPT = "receipt", _("Signed receipt")
    HANDED = "handed", _("Handed over")
    OTHER = "other", _("Another way")


class RecordsAnswer(models.Model):
    """An answer or decision, with its letter and the release copies as sent.

    `assessments` keeps what was decided of each item, by its key, as the release copy shows it. `pages` and `fee`
    (kronor) are of the copy.
    """

    case = models.ForeignKey(RecordsCase, models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=10, choices=RecordsAnswerKind.choices)
    outcome = models.CharField(max_length=16, choices=CaseOutcome.choices)
    reasons = models.TextField(blank=True, default="")
    assessments = models.JSONField(default=dict)
    pages = models.IntegerField(default=0)
    fee = models.IntegerField(default=0)
    letter = models.ForeignKey(CaseDocument, models.PROTECT, related_name="+")
    copy_pdf = models.ForeignKey(CaseDocument, models.PROTECT, null=True, related_name="+")
    copy_json = models.ForeignKey(CaseDocument, models.PROTECT, null=True, related_name="+")
    decided_by = models.CharField(max_length=255)
    presented_by = models.CharField(max_length=255, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)
    served_on = models.DateField(null=True)
    served_how = models.CharField(max_length=8, choices=RecordsServedHow.choices, blank=True, default="")

    class Meta:
        db_table = "records_answer"

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"
