"""Models for absence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from vardkase.identity.accounts.models import User


class Absence(models.Model):
    """From the day `first` to the day `last`, both included, the tasks of `user` go to `deputy`.

    Without a deputy nobody has them: they are listed for all whose duties they belong to.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    deputy = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    first = models.DateField()
    last = models.DateField()
    noted_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True)
    """When the deputy was told that it has begun."""

    class Meta:
        db_table = "staff_absence"
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="staff_absence_in_order"),
            models.CheckConstraint(
                condition=~Q(user=F("deputy")), name="staff_absence_has_another_as_deputy"
            ),
        ]
        indexes = [models.Index(fields=["last"], name="staff_absence_last")]

    def __str__(self) -> str:
        return f"{self.user} {self.first}–{self.last}"
