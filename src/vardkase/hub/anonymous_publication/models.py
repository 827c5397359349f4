"""Models for anonymous publication. No row of a submission has a number or a time: both would tell the order."""

from __future__ import annotations

import uuid

from django.db import models


class PseudonymousOrganisation(models.Model):
    """The one row says which organisation it is, whatever becomes of the secret that its UUID came from."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    uuid = models.UUIDField()

    class Meta:
        db_table = "anonymous_organisation"

    def __str__(self) -> str:
        return str(self.uuid)


class SubmissionKey(models.Model):
    """The age key pair to which the queue is encrypted, until the next round replaces it. `identity` is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    recipient = models.TextField()
    identity = models.TextField()

    class Meta:
        db_table = "anonymous_submission_key"

    def __str__(self) -> str:
        return self.recipient


class QueuedPart(models.Model):
    """A part of a submission, or padding of the same size: only who has the submission key can tell which.

    `mark` lets the author ask whether a submission is stored (`recovery_codes.mark_of`); that of padding is random.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    mark = models.BinaryField(unique=True)
    content = models.BinaryField()

    class Meta:
        db_table = "anonymous_queue"

    def __str__(self) -> str:
        return str(self.pk)


class PublicationState(models.TextChoices):
    PUBLISHED = "published"
    WAITING = "waiting"
    """Too few members could have published it, and its author has not consented to that."""
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class AnonymousPublication(models.Model):
    """What became of a submission. `author_key` is the age recipient of its author's recovery code.

    `why`: the problem for which it, or its last correction, was refused. `members`: how many could have published it.
    `day`: of the round that changed it last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    author_key = models.CharField(max_length=100, unique=True)
    event_uuid = models.UUIDField(null=True, unique=True)
    state = models.CharField(max_length=12, choices=PublicationState)
    why = models.JSONField(default=dict)
    members = models.IntegerField(default=0)
    day = models.DateField()

    class Meta:
        db_table = "anonymous_publication"

    def __str__(self) -> str:
        return str(self.event_uuid or self.pk)
