"""The codes that a hub has made, and the hub that this platform has joined."""

from __future__ import annotations

from django.db import models

from vardkase.exchange.servers.models import Server
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class EnrolmentCode(models.Model):
    """A code that connects one organisation's platform, once. `digest` is its SHA-256: the code is kept nowhere.

    `ended` is when it was used, or replaced by a newer one; `account` is what the platform speaks as since it was used.
    `sent_to` is the member's contact that it was mailed to; empty where it was shown to who made it.
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
    """A hub that this platform has joined, by its connection; `told` is what it said last of our standing."""

    server = models.OneToOneField(Server, models.CASCADE, related_name="joined_hub")
    joined = models.DateTimeField(auto_now_add=True)
    joined_by = models.CharField(max_length=255)
    told = models.JSONField(default=dict)
    asked = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "joined_hub"

    def __str__(self) -> str:
        return self.server.name
