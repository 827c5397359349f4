"""Models for appeals."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.models import CaseDocument, CaseFile


class AppealState(models.TextChoices):
    REGISTERED = "registered", _("Registered")
    IN_TIME = "in_time", _("Received in time")
    DISMISSED = "dismissed", _("Dismissed as too late")
    CHANGED = "changed", _("Decision changed, appeal to be forwarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    FORWARDED = "forwarded", _("Forwarded to the court")
    DECIDED = "decided", _("Decided by the court")
    CARRIED_OUT = "carried_out", _("Outcome carried out")


class LateException(models.TextChoices):
    """Why an appeal that came too late is not dismissed (45 § förvaltningslagen). There is no other ground."""

    NONE = "", _("None: it is dismissed")
    INSTRUCTIONS = "instructions", _("Our information on how to appeal was wrong")
    COURT = "court", _("It reached the court in time")
    OVERRULED = "overruled", _("Our decision to dismiss it was quashed")


class CourtOutcome(models.TextChoices):
    UPHELD = "upheld", _("The appeal was rejected: the decision stands")
    QUASHED = "quashed", _("The decision was quashed")
    CHANGED = "changed", _("The decision was changed")
    REMITTED = "remitted", _("The case was referred back to the authority")
    STRUCK_OUT = "struck_out", _("The case was struck out or dismissed")


def number_of(decision: CaseDocument) -> str:
    return decision.letter.number if decision.letter else ""


class Appeal(models.Model):
    """An appeal against `decision`, by `appellant`, who wants what `claim` says. `document` is the appeal itself.

    `arrived_on` is when it reached the authority, `deemed_on` when it counts as having (22 § second paragraph), with
    `deemed_why`. `last_day` is null while the period for appeal had not begun. `exception_note` says why the exception
    applies, or gives further reasons for a dismissal. `reviewed` is whether the authority had to change the decision
    itself (38–39 §§), in words, and `new_decision` the one by which it did: the appeal is handed over all the same, and
    counts as one against that (46 §). `letter` is the dismissal, or the letter with which the appeal was handed over to
    `court`, which may be the Government.
    """

    case_file = models.ForeignKey(CaseFile, models.CASCADE, related_name="appeals")
    decision = models.ForeignKey(CaseDocument, models.PROTECT, related_name="appeals")
    state = models.CharField(max_length=16, choices=AppealState.choices, default=AppealState.REGISTERED)
    document = models.ForeignKey(CaseDocument, models.PROTECT, related_name="+")
    appellant = models.CharField(max_length=255)
    claim = models.TextField()
    asks_for_stay = models.BooleanField(default=False)
    arrived_on = models.DateField()
    deemed_on = models.DateField(null=True)
    deemed_why = models.CharField(max_length=255, blank=True, default="")
    last_day = models.DateField(null=True)
    exception = models.CharField(max_length=16, choices=LateException.choices, blank=True, default="")
    exception_note = models.TextField(blank=True, default="")
    reviewed = models.TextField(blank=True, default="")
    new_decision = models.ForeignKey(CaseDocument, models.PROTECT, null=True, related_name="+")
    letter = models.ForeignKey(CaseDocument, models.PROTECT, null=True, related_name="+")
    court = models.CharField(max_length=255, blank=True, default="")
    outcome = models.CharField(max_length=16, choices=CourtOutcome.choices, blank=True, default="")
    outcome_on = models.DateField(null=True)
    outcome_note = models.TextField(blank=True, default="")
    registered_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "appeal"

    def __str__(self) -> str:
        # Not who appeals: the audit log has other readers than the case.
        return self.decision_number

    @property
    def decision_number(self) -> str:
        """What the decision is called: a letter has a number of its own."""
        return number_of(self.decision) or self.case_file.number

    @property
    def received_on(self) -> date:
        return self.deemed_on or self.arrived_on
