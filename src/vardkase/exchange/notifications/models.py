"""Models for notifications: what has happened that a person is notified of on the hub."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from vardkase.identity.accounts.models import User


class NotificationKind(models.TextChoices):
    PUBLISHED = "published"
    PROPOSED = "proposed"
    PROPOSALS_ACCEPTED = "proposals_accepted"
    PROPOSALS_DISCARDED = "proposals_discarded"
    PROPOSAL_COMMENTED = "proposal_commented"
    NOTED = "noted"
    SIGHTED = "sighted"
    FALSE_POSITIVE = "false_positive"
    DELEGATION_REQUESTED = "delegation_requested"
    DELEGATION_ACCEPTED = "delegation_accepted"
    DELEGATION_DECLINED = "delegation_declined"
    QUESTION = "question"
    PUBLICATION_REQUESTED = "publication_requested"
    PUBLICATION_DONE = "publication_done"
    PUBLICATION_DECLINED = "publication_declined"
    JOB_DONE = "job_done"
    JOB_FAILED = "job_failed"
    HUB_JOB_FAILED = "hub_job_failed"


WITHOUT_CONTENT = (
    NotificationKind.JOB_DONE,
    NotificationKind.JOB_FAILED,
    NotificationKind.HUB_JOB_FAILED,
)
"""Kinds that say nothing of what is shared on the hub."""


DECIDED = (NotificationKind.PROPOSALS_ACCEPTED, NotificationKind.PROPOSALS_DISCARDED)
"""Kinds that say what has become of the reader's own proposals."""


class Notification(models.Model):
    """One notification. It holds no content: what it is about is read, and its visibility checked, when it is shown.

    `organisation_id` is the organisation that the person was notified as a member of, `by_id` the one that acted.
    `version` is that of a published event, `from_id` the first of the sightings. `at` is Unix seconds. What has the
    same `key` is counted in one notification until that is read. The things it is about carry no constraint: a
    notification of something deleted is not shown.
    """

    user = models.ForeignKey(User, models.DB_CASCADE, db_index=False, related_name="+")
    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=32, choices=NotificationKind)
    key = models.CharField(max_length=128)
    event_id = models.BigIntegerField(null=True)
    attribute_id = models.BigIntegerField(null=True)
    said_id = models.BigIntegerField(null=True)
    question_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    subscription_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    from_id = models.BigIntegerField(null=True)
    count = models.IntegerField(default=1)
    at = models.BigIntegerField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notification"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "key"], condition=Q(read_at=None), name="notification_unread_once"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notification_user"),
            models.Index(fields=["at"], name="notification_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
