"""Models for changed legal rules."""

from __future__ import annotations

from django.db import models


class LegalRuleVersion(models.Model):
    """A version of a legal rule, as one person proposed and another approved it. Never changed.

    `content` holds the fields of the kind's shape. Packaged rules are version 0 and have no row.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=40)
    version = models.IntegerField()
    content = models.JSONField()
    is_retired = models.BooleanField(default=False)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=255)
    approved_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "legal_rule_version"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "version"], name="legal_rule_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key} version {self.version}"
