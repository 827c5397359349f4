"""Models of the outbox: one entry for all receivers, and the delivery status of each event version per receiver."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """A change that receivers are notified of, under one of MISP's topics (`misp_json`: a published event).

    `event_id` and `event_uuid` identify the event, and `version` is when it was published (Unix seconds). `subject_id`
    is the row that the topic is about, if that is not the event; `act` is MISP's word for what was done to it, and
    `about` what is needed of it once it is deleted. `audiences` are those among the event's readers who may know
    (`event_times.may_know`; none: all). `place` is the position in the line, which `events.line_up` assigns after the
    transaction has committed.
    """

    topic = models.TextField()
    act = models.TextField(blank=True, default="", db_default="")
    subject_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    event_uuid = models.UUIDField(null=True)
    version = models.BigIntegerField(default=0, db_default=0)
    about = models.JSONField(blank=True, default=dict, db_default={})
    audiences = models.JSONField(blank=True, default=list, db_default=[])
    place = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "outbox"
        indexes = [
            models.Index(fields=["id"], condition=models.Q(place=None), name="outbox_without_place"),
            models.Index(fields=["at"], name="outbox_at"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject_id or self.event_id}"


class EntryKind(models.TextChoices):
    CONNECTION = "connection"
    STREAM = "stream"
    FEED = "feed"
    MAIL = "mail"


class DeliveryState(models.TextChoices):
    """The outcome of a delivery. `known`: the receiver already had it; `withheld`: a rule keeps it from the
    receiver."""

    WAITING = "waiting"
    SENT = "sent"
    KNOWN = "known"
    WITHHELD = "withheld"
    FAILED = "failed"


class Delivery(models.Model):
    """One version of one event for one receiver; unique, so that it is sent only once.

    `receiver_id` is the connection, stream, feed or user, and `receiver_name` its name at the time: both
    outlive it. `version` is Unix seconds; `reason` explains the state (`problems_in` reads it); `at` is when the
    state was reached.
    """

    kind = models.TextField(choices=EntryKind)
    receiver_id = models.BigIntegerField()
    receiver_name = models.TextField()
    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    version = models.BigIntegerField()
    state = models.TextField(choices=DeliveryState, default=DeliveryState.WAITING)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["event_uuid", "kind", "receiver_id", "version"], name="delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "receiver_id", "-id"], name="delivery_receiver"),
            models.Index(fields=["at"], name="delivery_at"),
            models.Index(
                fields=["kind", "receiver_id"], condition=models.Q(state="waiting"), name="delivery_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_uuid} {self.version} to {self.receiver_name}"
