"""Models for the keys of protected events, which authorise changes from other instances."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.intel.models import Event

PGP = "pgp"


class CryptographicKey(models.Model):
    """MISP's CryptographicKey. `fingerprint` in upper case; `timestamp` is when it was
    received."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    event = models.ForeignKey(Event, models.CASCADE, related_name="cryptographic_keys")
    type = models.CharField(max_length=20, default=PGP)
    timestamp = models.BigIntegerField()
    key_data = models.TextField()
    revoked = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        db_table = "cryptographic_key"
        constraints = [
            models.UniqueConstraint(fields=["event", "fingerprint"], name="cryptographic_key_once")
        ]

    def __str__(self) -> str:
        return self.fingerprint
