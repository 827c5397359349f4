"""Models for messages to authors. No row has a number or a time: days are those of rounds."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class RelayKind(models.TextChoices):
    QUESTION = "question", _("Question")
    CORRECTION = "correction", _("Request for a correction")
    CONSULTATION = "consultation", _("Consultation in a request for public records")
    OPENED = "opened", _("The sealed link was opened")


class AuthorMessage(models.Model):
    """A message to whoever holds the private half of `author_key`, about the event `event_uuid`.

    `for_author` and `answer_for_author` are encrypted to that key (`sizes`). `own_copy` and `answer` are for the
    organisation that asked, encrypted with the hub's key: no clear text is in the database or its backups. It is
    delivered in the round of `day`, and answered in that of `answered_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    event_uuid = models.UUIDField(db_index=True)
    author_key = models.CharField(max_length=100, db_index=True)
    kind = models.CharField(max_length=12, choices=RelayKind)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    case_number = models.CharField(max_length=40, blank=True, default="")
    for_author = models.BinaryField()
    own_copy = models.TextField(blank=True, default="")
    day = models.DateField(null=True)
    answer = models.TextField(blank=True, default="")
    answer_for_author = models.BinaryField(null=True)
    answered_on = models.DateField(null=True)

    class Meta:
        db_table = "author_message"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
