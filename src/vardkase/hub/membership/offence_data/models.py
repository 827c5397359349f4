"""Permissions for one organisation to process personal data on offences."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation


class OffencePermission(models.Model):
    """By the act or decision `reference`, from `since` to the last day `until` (null: no end), unless `ended`.

    A legal officer recorded it and a second person approved; rows are never deleted.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="offence_permissions")
    since = models.DateField()
    until = models.DateField(null=True)
    reference = models.CharField(max_length=300)
    recorded_by = models.CharField(max_length=255)
    approved_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "offence_permission"
        indexes = [
            models.Index(
                fields=["organisation"], name="offence_permission_open", condition=models.Q(ended=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.reference}"
