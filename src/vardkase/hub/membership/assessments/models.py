"""What officers find of an application, and how they decide."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.models import Application
from vardkase.identity.accounts.models import User


class Handling(models.Model):
    """Who handles an application, and against which version of the terms it is assessed."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="handling")
    officer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    terms_version = models.IntegerField()
    taken_up = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_handling"

    def __str__(self) -> str:
        return f"Handling of {self.application_id}"


class Verdict(models.TextChoices):
    """What an officer finds of one criterion."""

    MET = "met", _("Met")
    REMARK = "met_with_remark", _("With remark")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class CriterionAssessment(models.Model):
    """What was found of the criterion `key` of the terms' version, why, and by whom."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="assessments")
    key = models.CharField(max_length=64)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reason = models.TextField(blank=True, default="")
    assessed_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "criterion_assessment"
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="criterion_assessed_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.verdict}"


class Outcome(models.TextChoices):
    """How an application is decided."""

    APPROVE = "approve", _("Approval")
    REJECT = "reject", _("Rejection")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("Waits for a second officer")
    AGREED = "agreed", _("Agreed")
    RETURNED = "returned", _("Returned with a question")
    OPPOSED = "opposed", _("Opposed")
    WITHDRAWN = "withdrawn", _("Taken back")


class Proposal(models.Model):
    """One officer's proposal of how to decide, and another's answer. `exception`: why in spite of an unmet criterion.

    The officers are kept by id and name: what they decided outlives their accounts. `…_at_console` is the login name
    of who sat at the machine's console, where it was done there in the officer's name.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="proposals")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reasons = models.TextField()
    exception = models.TextField(blank=True, default="")
    proposed_by = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=255)
    proposed_at_console = models.CharField(max_length=255, blank=True, default="")
    proposed = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=16, choices=ProposalState.choices, default=ProposalState.OPEN)
    answered_by = models.BigIntegerField(null=True)
    answered_by_name = models.CharField(max_length=255, blank=True, default="")
    answered_at_console = models.CharField(max_length=255, blank=True, default="")
    answer = models.TextField(blank=True, default="")
    answered = models.DateTimeField(null=True)

    class Meta:
        db_table = "decision_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(state="open"), name="decision_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | ~models.Q(answered_by=models.F("proposed_by")),
                name="decision_takes_two",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed")
                | models.Q(proposed_at_console="")
                | models.Q(answered_at_console=""),
                name="decision_not_by_the_console_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} proposed by {self.proposed_by_name}"


class Partiality(models.Model):
    """What an officer has answered on record of a conflict of interest (jäv) in a case: who is partial takes no further
    part in it, nor in the membership that comes of it; who is named in it and `is_partial` not says why."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="partialities")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    reason = models.TextField()
    is_partial = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "declared_partiality"
        constraints = [
            models.UniqueConstraint(fields=["application", "user"], name="declared_partiality_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.application_id}"
