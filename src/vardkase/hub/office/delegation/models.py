"""Models for delegated decision rights."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from vardkase.identity.accounts.models import User


class DecisionRight(models.Model):
    """The right to make decisions of a kind (`action`, the name of what two people or one officer decide).

    It belongs to an account, or to everybody with a `duty`, from the day `first` to the day `last` (None: until
    further notice). `source` is the decision that gives it. Two people add it and end it. A withdrawn one no longer
    counts, not even as a sign that decisions of the kind are delegated.
    """

    action = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    holder = models.CharField(max_length=255)
    duty = models.CharField(max_length=32, blank=True, default="")
    first = models.DateField()
    last = models.DateField(null=True)
    source = models.CharField(max_length=200)
    proposed_by = models.CharField(max_length=255)
    approved_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "decision_right"
        constraints = [
            models.CheckConstraint(
                condition=Q(last=None) | Q(last__gte=F("first")), name="decision_right_in_order"
            )
        ]
        indexes = [models.Index(fields=["action", "first"], name="decision_right_action")]

    def __str__(self) -> str:
        return f"{self.action} {self.holder}"
