"""Models for policy versions of each organisation, and for publication requests awaiting a second person."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class PolicyState(models.TextChoices):
    """The life of a version: one draft and one in force at a time; earlier ones are kept unchanged."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    REPLACED = "replaced"


class PolicyVersion(models.Model):
    """A version of an organisation's policy; `rules` as in `policy.rules`. A draft has its future number."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="policy_versions")
    number = models.IntegerField()
    state = models.CharField(max_length=16, choices=PolicyState.choices, default=PolicyState.DRAFT)
    rules = models.JSONField(default=list)
    note = models.TextField(blank=True, default="")
    written_by = models.TextField(default="")
    written_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    in_force_from = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "policy_version"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="policy_version_number"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(state="in_force"), name="policy_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(state="draft"), name="policy_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.number} of organisation {self.organisation_id}"


class ApprovalDecision(models.TextChoices):
    """The outcome of a request. `changed`: the event has changed since, and must be requested anew."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHANGED = "changed"


class PublicationApproval(models.Model):
    """A request to publish one version of an event.

    `digest` is the SHA-256 of the event at that time; `rules` are the numbers of the rules that require a
    second person. The event is referenced by number, without a foreign key: the request outlives it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    policy = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="approvals")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="approvals")
    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    event_info = models.TextField()
    digest = models.CharField(max_length=64)
    rules = models.JSONField(default=list)
    notify = models.BooleanField(default=False)
    state = models.CharField(
        max_length=16, choices=ApprovalDecision.choices, default=ApprovalDecision.WAITING
    )
    requester = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requester_name = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "policy_approval"
        constraints = [
            models.UniqueConstraint(
                fields=["event_id"], condition=models.Q(state="waiting"), name="policy_approval_one_waiting"
            )
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="policy_approval_state")]

    def __str__(self) -> str:
        return f"Request to publish event {self.event_id}"
