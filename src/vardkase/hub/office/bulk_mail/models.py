"""Models for mail to many members."""

from __future__ import annotations

from django.db import models


class BulkMail(models.Model):
    """One approved mail to many. `chosen` is by what the members were chosen; `waiting` are those it still has to be
    sent to, as [address, language, organisation id]. Whether each was sent is in the register of sent mail."""

    subject_sv = models.CharField(max_length=150)
    subject_en = models.CharField(max_length=150)
    text_sv = models.TextField()
    text_en = models.TextField()
    chosen = models.JSONField(default=dict)
    waiting = models.JSONField(default=list)
    total = models.IntegerField()
    proposed_by = models.CharField(max_length=255)
    approved_by = models.CharField(max_length=255)
    stopped_by = models.CharField(max_length=255, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "bulk_mail"

    def __str__(self) -> str:
        return self.subject_sv

    @property
    def done(self) -> int:
        return self.total - len(self.waiting)

    @property
    def is_running(self) -> bool:
        return bool(self.waiting) and not self.stopped_by
