"""Models for versions of the hub owner's changed texts."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User


class PassageVersion(models.Model):
    """A version of a passage in both languages; the one with the highest `number` is shown.

    `number` counts from 1: version 0 is the packaged text. `text_sv` and `text_en` are Markdown. A removed
    passage is a version that is not `shown`, so that it can be restored.
    """

    part = models.CharField(max_length=16)
    name = models.CharField(max_length=64)
    number = models.IntegerField()
    position = models.IntegerField()
    shown = models.BooleanField(default=True)
    title_sv = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    lead_sv = models.CharField(max_length=400, blank=True, default="")
    lead_en = models.CharField(max_length=400, blank=True, default="")
    text_sv = models.TextField(blank=True, default="")
    text_en = models.TextField(blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=255)

    class Meta:
        db_table = "public_passage_version"
        constraints = [
            models.UniqueConstraint(fields=["part", "name", "number"], name="public_passage_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.name}, version {self.number}"
