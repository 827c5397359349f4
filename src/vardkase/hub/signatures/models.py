"""Models for the hub's signing certificate and the documents signed with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _


class SigningCertificate(models.Model):
    """A certificate of the hub with its encrypted private key.

    It waits until a second person has approved it (`in_use_from`), and is in use until `ended_at`. The key is erased
    when it ends; the certificates stay, to show what old documents were signed with. `chain` is PEM, its own first.
    """

    fingerprint = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    issuer = models.CharField(max_length=255)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    chain = models.TextField()
    encrypted_key = models.TextField()
    is_trial = models.BooleanField(default=False)
    added_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    in_use_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        db_table = "signing_certificate"
        constraints = [
            models.UniqueConstraint(
                Value(1),
                condition=Q(in_use_from__isnull=False, ended_at=None),
                name="signing_certificate_one_in_use",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def fingerprint_in_groups(self) -> str:
        return " ".join(self.fingerprint[start : start + 4] for start in range(0, len(self.fingerprint), 4))


class SignatureLevel(models.TextChoices):
    """The levels of PAdES (ETSI EN 319 142-1) that the hub makes."""

    B_B = "B-B", _("Without timestamp")
    B_T = "B-T", _("With a timestamp from a timestamp service")


class DocumentSignature(models.Model):
    """That the PDF with this SHA-256 was signed by the hub."""

    sha256 = models.CharField(max_length=64, unique=True)
    certificate = models.ForeignKey(SigningCertificate, models.PROTECT, related_name="+")
    level = models.CharField(max_length=3, choices=SignatureLevel.choices)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "document_signature"

    def __str__(self) -> str:
        return f"{self.level} {self.sha256}"
