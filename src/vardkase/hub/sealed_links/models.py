"""Models for officers' public keys, sealed links, and their openings. Nothing here tells when a link was sealed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from vardkase.hub.sealed_links.container import grouped
from vardkase.identity.accounts.models import User


class OfficerKey(models.Model):
    """An officer's public key (an age recipient), approved by a second officer.

    A key that another of the same officer has replaced, or that has expired, seals nothing more, and still opens what
    was sealed to it; a withdrawn one opens nothing. Rows are never deleted, and no key is registered twice. `proof`
    shows that the hub entered it: a key that somebody wrote into the database is used for nothing.
    """

    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    owner_name = models.CharField(max_length=255)
    recipient = models.CharField(max_length=255, unique=True)
    fingerprint = models.CharField(max_length=32, unique=True)
    approved_by_name = models.CharField(max_length=255)
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by_name = models.CharField(max_length=255, blank=True, default="")
    withdrawal_reason = models.TextField(blank=True, default="")
    proof = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "officer_key"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(replaced_at=None, withdrawn_at=None),
                name="officer_key_one_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} {self.shown}"

    @property
    def shown(self) -> str:
        return grouped(self.fingerprint)

    @property
    def state(self) -> str:
        if self.withdrawn_at:
            return "withdrawn"
        if self.replaced_at:
            return "replaced"
        return "expired" if self.expires_at <= timezone.now() else "valid"


class SealedLink(models.Model):
    """`about`: the UUID of what it is about. `keys`: fingerprints of the keys that it was sealed to, of which any two
    open it. `proof` shows that the hub stored this content for this UUID.
    """

    about = models.UUIDField(primary_key=True)
    content = models.BinaryField()
    keys = ArrayField(models.CharField(max_length=32))
    proof = models.CharField(max_length=64)

    class Meta:
        db_table = "sealed_link"

    def __str__(self) -> str:
        return str(self.about)


class SealOpening(models.Model):
    """An approved opening of a link: until `ends_at` the holders of the two keys, and nobody else, fetch their file.

    `content_digest` is of the link that was approved. No foreign key to it: the opening is on record for good.
    """

    about = models.UUIDField(db_index=True)
    content_digest = models.CharField(max_length=64)
    outer_key = models.ForeignKey(OfficerKey, models.PROTECT, related_name="+")
    inner_key = models.ForeignKey(OfficerKey, models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=255)
    approved_by_name = models.CharField(max_length=255)
    reason = models.TextField()
    approved_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "seal_opening"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(outer_key=F("inner_key")), name="seal_opening_takes_two"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.ends_at > timezone.now()
