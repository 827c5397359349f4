"""Models for acceptances of the terms, and for the requests that ask members for one."""

from __future__ import annotations

from django.db import models

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.organisations.models import Organisation


class Acceptance(models.Model):
    """A signatory's acceptance of a version, for a member or in an application.

    `given_by` is the account that was signed in, or the other way it was given.
    """

    version = models.IntegerField()
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=200)
    given_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "terms_acceptance"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="terms_accepted_once"),
            models.UniqueConstraint(
                fields=["application", "version"], name="terms_accepted_once_in_application"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class AcceptanceRequest(models.Model):
    """A request to a member to accept a version. `reminders`: the reminders sent, in days before the end."""

    version = models.IntegerField()
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    asked = models.DateTimeField(auto_now_add=True)
    reminders = models.JSONField(default=list)

    class Meta:
        db_table = "terms_request"
        constraints = [models.UniqueConstraint(fields=["membership", "version"], name="terms_asked_once")]

    def __str__(self) -> str:
        return f"{self.membership_id}, version {self.version}"
