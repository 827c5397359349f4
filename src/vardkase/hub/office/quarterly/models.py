"""Models for quarterly reports."""

from __future__ import annotations

from django.db import models


class QuarterlyReport(models.Model):
    """An issued report; a database rule protects it from changes.

    `figures` are the tables of `document.as_json`. `version` counts the times that the quarter was reported;
    `reason` is why, for all but the first.
    """

    year = models.SmallIntegerField()
    quarter = models.SmallIntegerField()
    version = models.SmallIntegerField(default=1)
    reason = models.TextField(blank=True, default="")
    figures = models.JSONField()
    pdf_sv = models.BinaryField()
    pdf_en = models.BinaryField()
    sha256_sv = models.CharField(max_length=64)
    sha256_en = models.CharField(max_length=64)
    issued_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "quarterly_report"
        constraints = [
            models.UniqueConstraint(fields=["year", "quarter", "version"], name="quarterly_report_version")
        ]

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}:{self.version}"
