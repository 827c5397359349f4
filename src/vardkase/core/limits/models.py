"""The counts of `core.limits`."""

from __future__ import annotations

from django.db import models


class LimitUse(models.Model):
    """How often one limit was used by one address or account since `began` (seconds), until `ends`."""

    key = models.BinaryField(primary_key=True)
    began = models.BigIntegerField()
    ends = models.BigIntegerField(db_index=True)
    times = models.BigIntegerField()

    class Meta:
        db_table = "limit_use"

    def __str__(self) -> str:
        return f"{self.times} times"
