"""What the authority answered, and what became of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.case_files.appeals.models import LateException
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
    WITHHELD = "withheld", _("Withheld")
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


class RecordsAppealOutcome(models.TextChoices):
    UPHELD = "upheld", _("The decision stands")
    CHANGED = "changed", _("The decision was changed")
    REMITTED = "remitted", _("Returned to the authority")
    DISMISSED = "dismissed", pgettext_lazy("appeal", "Dismissed")
    WITHDRAWN = "withdrawn", pgettext_lazy("appeal", "Withdrawn")


class RecordsAppeal(models.Model):
    """An appeal against a written decision. `last_day` is null while it is not known when the decision was served.

    `deemed_on`, with `deemed_why`, is when it counts as having arrived (22 § second paragraph FL). One that is late is
    dismissed, unless it has an `exception` (45 §). `new_answer` is the decision by which the authority changed the one
    in `answer` itself: the appeal counts as one against that (46 §).
    """

    answer = models.ForeignKey(RecordsAnswer, models.CASCADE, related_name="appeals")
    new_answer = models.ForeignKey(RecordsAnswer, models.CASCADE, null=True, related_name="+")
    arrived_on = models.DateField()
    deemed_on = models.DateField(null=True)
    deemed_why = models.CharField(max_length=255, blank=True, default="")
    last_day = models.DateField(null=True)
    exception = models.CharField(max_length=16, choices=LateException.choices, blank=True, default="")
    exception_note = models.TextField(blank=True, default="")
    is_late = models.BooleanField(default=False)
    text = models.TextField()
    registered_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    forwarded_at = models.DateTimeField(null=True)
    forwarded_to = models.CharField(max_length=120, blank=True, default="")
    letter = models.ForeignKey(CaseDocument, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=RecordsAppealOutcome.choices, blank=True, default="")
    outcome_on = models.DateField(null=True)
    outcome_note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "records_appeal"
        constraints = [
            models.UniqueConstraint(
                fields=["answer"], condition=models.Q(outcome=""), name="records_appeal_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.arrived_on}"

    @property
    def received_on(self) -> date:
        return self.deemed_on or self.arrived_on

    @property
    def is_to_dismiss(self) -> bool:
        return self.is_late and not self.exception
