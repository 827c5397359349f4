"""Models for the counters of `core.limits`."""

from __future__ import annotations

from django.db import models


class LimitUse(models.Model):
    """The uses of one limit by one address or account from `began` to `ends` (Unix seconds)."""

    key = models.BinaryField(primary_key=True)
    began = models.BigIntegerField()
    ends = models.BigIntegerField(db_index=True)
    times = models.BigIntegerField()

    class Meta:
        db_table = "limit_use"

    def __str__(self) -> str:
        return f"{self.times} times"
