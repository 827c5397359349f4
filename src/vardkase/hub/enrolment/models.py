"""Models for issued enrolment codes, and for the hub that this platform has joined."""

from __future__ import annotations

from django.db import models

from vardkase.core.problems import problems_in
from vardkase.exchange.servers.models import Server
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class EnrolmentCode(models.Model):
    """A code that connects one organisation's platform, once.

    `digest` is its SHA-256: the code itself is not stored. `ended` is when it was used or replaced; `account`
    is the platform's account once it was used. `sent_to` is the member's contact that it was mailed to; empty
    if it was shown to its creator.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="enrolment_codes")
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)
    expires = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    sent_to = models.EmailField(max_length=255, blank=True, default="")
    used_from = models.GenericIPAddressField(null=True)
    account = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "enrolment_code"

    def __str__(self) -> str:
        return f"Code {self.pk} for {self.organisation_id}"


class JoinedHub(models.Model):
    """A hub that this platform has joined, with its connection; `report` is its last answer about our standing."""

    server = models.OneToOneField(Server, models.CASCADE, related_name="joined_hub")
    joined = models.DateTimeField(auto_now_add=True)
    joined_by = models.CharField(max_length=255)
    report = models.JSONField(default=dict)
    asked = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "joined_hub"

    def __str__(self) -> str:
        return self.server.name

    @property
    def why(self) -> str:
        """Why its last report failed, in the active language."""
        return " ".join(map(str, problems_in(self.fault)))
