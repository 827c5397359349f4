"""Models for synchronisation: runs, the result for each event, and deferred events."""

from __future__ import annotations

from django.db import models

from vardkase.exchange.servers.models import Server


class SyncRunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class SyncDirection(models.TextChoices):
    PULL = "pull"
    PUSH = "push"


class SyncRun(models.Model):
    """One pull or push over a connection.

    `technique` is MISP's word, or the requested event. `total` events are to be moved, `done` have been
    processed; `counts` holds the results (events, failed, proposals, sightings, clusters, analyst_data,
    collections). `fault` is why the run, or a kind of things in it, failed (`problems_in` reads it).
    """

    server = models.ForeignKey(Server, models.CASCADE, related_name="runs")
    direction = models.TextField(choices=SyncDirection)
    technique = models.TextField()
    user_id = models.BigIntegerField(default=0)
    state = models.TextField(choices=SyncRunState, default=SyncRunState.RUNNING)
    fault = models.TextField(blank=True, default="")
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    started = models.DateTimeField(auto_now_add=True)
    heard = models.DateTimeField(auto_now=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "sync_run"
        indexes = [models.Index(fields=["server", "-id"], name="sync_run_server")]

    def __str__(self) -> str:
        return f"{self.direction} {self.technique} {self.server_id}"


class EventOutcome(models.TextChoices):
    """The outcome for one event of a run. `cut`: the connection was lost meanwhile; the next run retries."""

    ADDED = "added"
    UPDATED = "updated"
    SENT = "sent"
    KNOWN = "known"
    EMPTY = "empty"
    REFUSED = "refused"
    FAILED = "failed"
    CUT = "cut"


class MovedEvent(models.Model):
    """One event processed by a run: its version (`timestamp`, Unix seconds), the outcome, and why
    (`problems_in` reads `reason`)."""

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="events")
    uuid = models.UUIDField()
    timestamp = models.BigIntegerField()
    outcome = models.TextField(choices=EventOutcome)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sync_event"
        indexes = [
            models.Index(fields=["run", "id"], name="sync_event_run"),
            models.Index(fields=["uuid", "-id"], name="sync_event_uuid"),
        ]

    def __str__(self) -> str:
        return f"{self.uuid} {self.outcome}"


class FailedEvent(models.Model):
    """An event that could not be imported (or is empty): this version (`timestamp`) is not fetched again.

    After a lost connection, it is retried up to `runs.MOST_CUTS` times. A `dismissed` one is hidden unless a
    newer version also fails.
    """

    server = models.ForeignKey(Server, models.CASCADE, related_name="set_aside")
    uuid = models.UUIDField()
    timestamp = models.BigIntegerField()
    outcome = models.TextField(choices=EventOutcome)
    reason = models.TextField()
    attempts = models.IntegerField(default=1)
    since = models.DateTimeField(auto_now_add=True)
    dismissed = models.BooleanField(default=False)

    class Meta:
        db_table = "sync_set_aside"
        constraints = [models.UniqueConstraint(fields=["server", "uuid"], name="sync_set_aside_unique")]

    def __str__(self) -> str:
        return f"{self.uuid} {self.outcome}"


class RefusedItem(models.Model):
    """An object other than an event that the other instance refused in this `version`; see `refusals`.

    `uuid` is the object's own; the event's for proposals and sightings, which are sent by event.
    """

    server = models.ForeignKey(Server, models.CASCADE, related_name="refused_things")
    kind = models.TextField()
    uuid = models.UUIDField()
    version = models.TextField()
    reason = models.TextField()
    attempts = models.IntegerField(default=1)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sync_refused_thing"
        constraints = [
            models.UniqueConstraint(fields=["server", "kind", "uuid"], name="sync_refused_thing_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
