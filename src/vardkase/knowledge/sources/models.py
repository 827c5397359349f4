"""What has been loaded from where, so that a start with nothing new costs nothing."""

from __future__ import annotations

from django.db import models


class KnowledgeSource(models.Model):
    """The files of one kind of knowledge as they were when last loaded, told by a fingerprint."""

    name = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64)
    loaded = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "knowledge_source"

    def __str__(self) -> str:
        return self.name
