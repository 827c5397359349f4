"""Models for the received register, written by triggers (migration 0001) and by `authorities`."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from vardkase.identity.organisations.models import Organisation


class ReceivedVersion(models.Model):
    """A published version, whom it was made available to, and from when until when.

    Its key is the event version's. Nothing in it is bound to another row, so that it stays when the version is deleted
    (a spill). `publisher` is the name of the creator organisation at the time.
    `distribution` and `sharing_group_id` are the event's at the time; `audiences` are as `intel.EventVersion` has them.
    It ends (`until`) with the next version for everybody, and when the event is unpublished, withheld, deleted, or its
    distribution is changed: who becomes a reader later has not received it. `is_reconstructed`: published before the
    register was kept.
    """

    version_id = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    version = models.IntegerField()
    published_at = models.DateTimeField()
    owner = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+", db_constraint=False)
    creator = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+", db_constraint=False)
    publisher = models.CharField(max_length=255)
    distribution = models.SmallIntegerField()
    sharing_group_id = models.BigIntegerField(null=True)
    audiences = models.JSONField(default=list)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    is_reconstructed = models.BooleanField(default=False)

    class Meta:
        db_table = "received_version"
        indexes = [
            models.Index(fields=["event_id", "version"], name="received_version_event"),
            models.Index(fields=["since", "version_id"], name="received_version_since"),
            models.Index(
                fields=["event_id"], condition=models.Q(until=None), name="received_version_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} version {self.version}"


class GroupPeriod(models.Model):
    """When an organisation was in a sharing group (as `sharing_group_ids` says), whatever its form."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    sharing_group_id = models.BigIntegerField()
    period = DateTimeRangeField()

    class Meta:
        db_table = "received_group_period"
        indexes = [
            models.Index(fields=["organisation", "sharing_group_id"], name="received_group_period_of"),
            models.Index(fields=["sharing_group_id"], name="received_group_period_group"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.sharing_group_id} {self.period}"


class AuthorityPeriod(models.Model):
    """When an organisation was a connected authority that could read the hub.

    `legal_form` is a key of the legal forms in `hub.law`, `rule_version` the version of that rule.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    legal_form = models.CharField(max_length=24)
    rule_version = models.IntegerField(default=0)
    provision = models.CharField(max_length=40)
    period = DateTimeRangeField()

    class Meta:
        db_table = "connected_authority_period"
        indexes = [
            models.Index(fields=["organisation"], name="connected_authority_of"),
            GistIndex(fields=["period"], name="connected_authority_period_at"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.period}"


class AuthorityDecision(models.Model):
    """Whether a member is an authority, as a legal officer decided; the newest holds. Never changed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    is_authority = models.BooleanField()
    provision = models.CharField(max_length=40)
    reason = models.TextField()
    decided_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "authority_decision"
        indexes = [models.Index(fields=["organisation", "-id"], name="authority_decision_newest")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.is_authority}"
