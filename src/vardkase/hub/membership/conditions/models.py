"""Models for the conditions and exceptions of memberships."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.assessments.stated_conditions import ConditionKind
from vardkase.hub.membership.members.models import Membership


class ConditionState(models.TextChoices):
    OPEN = "open", _("In force")
    ANSWERED = "answered", _("Answered, waiting for the hub owner")
    MET = "met", _("Met")
    ENDED = "ended", _("Has ended")


class MemberCondition(models.Model):
    """A condition to be met, or an exception that ends, no later than `day`, as `letter` decided.

    `provision` is a key of `hub.law`, or empty. `reminded_of` is the day that the member was last reminded of.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="conditions")
    kind = models.CharField(max_length=16, choices=ConditionKind.choices)
    text = models.TextField()
    provision = models.CharField(max_length=64, blank=True, default="")
    day = models.DateField()
    state = models.CharField(max_length=16, choices=ConditionState.choices, default=ConditionState.OPEN)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    reminded_of = models.DateField(null=True)
    decided = models.DateTimeField(auto_now_add=True)
    kept_by_hub: ClassVar = frozenset({"reminded_of"})

    class Meta:
        db_table = "member_condition"
        indexes = [models.Index(fields=["state", "day"], name="member_condition_due")]

    def __str__(self) -> str:
        return f"{self.membership}: {self.get_kind_display()}"

    @property
    def is_exception(self) -> bool:
        return self.kind == ConditionKind.EXCEPTION


class ConditionAnswer(models.Model):
    """What the member says of a condition, as it lies in the case file."""

    condition = models.ForeignKey(MemberCondition, models.CASCADE, related_name="answers")
    document = models.OneToOneField(CaseDocument, models.CASCADE, related_name="+")

    class Meta:
        db_table = "condition_answer"

    def __str__(self) -> str:
        return str(self.document)
