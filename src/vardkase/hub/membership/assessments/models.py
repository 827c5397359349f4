"""Models for officers' assessments and decisions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.stated_conditions import StatedCondition
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation

DECIDE = "decide_application"
"""The action of a request to decide on an application."""


class Handling(models.Model):
    application = models.OneToOneField(Application, models.CASCADE, related_name="handling")
    officer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    terms_version = models.IntegerField()
    taken_up = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "application_handling"

    def __str__(self) -> str:
        return f"Handling of {self.application_id}"


class Verdict(models.TextChoices):
    MET = "met", _("Met")
    REMARK = "met_with_remark", _("Met, with a remark")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class CriterionAssessment(models.Model):
    """The assessment of criterion `key` in a version of the terms: verdict, reason and officer."""

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
    APPROVE = "approve", _("Approval")
    REJECT = "reject", _("Rejection")
    DISMISS = "dismiss", _("Dismissal")
    """Not taken up, since an order to complete it was not complied with (20 § förvaltningslagen)."""


class Proposals(models.Manager["Proposal"]):
    def get_queryset(self) -> models.QuerySet[Proposal]:
        return super().get_queryset().filter(action=DECIDE)

    def waiting(self) -> models.QuerySet[Proposal]:
        return self.filter(state=RequestState.WAITING, expires_at__gt=timezone.now())


class Proposal(ApprovalRequest):
    """One officer's proposal for a decision, and another's answer. `exception`: why to approve despite unmet
    criteria."""

    class Meta:
        proxy = True

    objects: ClassVar[Proposals] = Proposals()

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.parameters["outcome"])

    def get_outcome_display(self) -> str:
        return str(self.outcome.label)

    @property
    def exception(self) -> str:
        return str(self.parameters.get("exception", ""))

    @property
    def conditions(self) -> list[StatedCondition]:
        """Those of the decision; none in proposals from before they could be stated."""
        return [StatedCondition.stored(each) for each in self.parameters.get("conditions", ())]


class Partiality(models.Model):
    """A recorded answer about a conflict of interest (jäv) in a case or membership.

    A partial officer is excluded from the case and from the membership that results from it. A named officer
    who is not `is_partial` states why.
    """

    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="partialities")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    reason = models.TextField()
    is_partial = models.BooleanField(default=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "declared_partiality"
        constraints = [
            models.UniqueConstraint(fields=["application", "user"], name="declared_partiality_once"),
            models.UniqueConstraint(
                fields=["organisation", "user"], name="declared_partiality_once_of_member"
            ),
            models.CheckConstraint(
                condition=models.Q(application=None) ^ models.Q(organisation=None),
                name="declared_partiality_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.application_id or self.organisation_id}"
