"""Models for loaded sources, so that startup skips what has not changed."""

from __future__ import annotations

from django.db import models


class KnowledgeSource(models.Model):
    """The fingerprint of the files of one kind of knowledge when last loaded."""

    name = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64)
    loaded = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "knowledge_source"

    def __str__(self) -> str:
        return self.name
