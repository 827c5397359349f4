"""Models for manual statements on checklist items, and for private links to secrets."""

from __future__ import annotations

from django.db import models

from vardkase.hub.membership.members.models import Membership
from vardkase.identity.accounts.models import User


class Remark(models.Model):
    """A checklist item that an officer has waived for a member; `note` says why."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="remarks")
    item = models.CharField(max_length=32)
    note = models.TextField()
    by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "onboarding_remark"
        constraints = [models.UniqueConstraint(fields=["membership", "item"], name="onboarding_remark_once")]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.item}"


class MemberLink(models.Model):
    """A single-use link to choose the first password, or to be shown a new key.

    `digest` is the SHA-256 of its secret, which is not stored. The key is only created when the link is used,
    with `allowed_ips` and an expiry date `key_days` after `made`.
    """

    class Purpose(models.TextChoices):
        PASSWORD = "password"  # noqa: S105 - what for, no secret
        KEY = "key"

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="links")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    sent_to = models.EmailField(max_length=255)
    made_by = models.CharField(max_length=255)
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    allowed_ips = models.JSONField(default=list)
    key_days = models.IntegerField(default=0)

    class Meta:
        db_table = "private_link"

    def __str__(self) -> str:
        return f"{self.purpose} for {self.sent_to}"
