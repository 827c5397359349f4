"""What synchronisation remembers: its runs, what became of each event, and what was set aside."""

from __future__ import annotations

from django.db import models

from vardkase.exchange.servers.models import Server


class State(models.TextChoices):
    """Where a run is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Direction(models.TextChoices):
    """Which way a run moves things."""

    PULL = "pull"
    PUSH = "push"


class SyncRun(models.Model):
    """One pull or push over a connection. `technique` is MISP's word, or the event that was asked for.

    `total` events were found to move and `done` have been dealt with; `counts` says what came of it (events,
    failed, proposals, sightings, clusters, analyst_data, collections). `fault` is why the whole run failed.
    """

    server = models.ForeignKey(Server, models.CASCADE, related_name="runs")
    direction = models.TextField(choices=Direction)
    technique = models.TextField()
    user_id = models.BigIntegerField(default=0)
    state = models.TextField(choices=State, default=State.RUNNING)
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


class Outcome(models.TextChoices):
    """What became of one event of a run. `cut`: the other side was lost on the way; the next run tries again."""

    ADDED = "added"
    UPDATED = "updated"
    SENT = "sent"
    KNOWN = "known"
    EMPTY = "empty"
    REFUSED = "refused"
    FAILED = "failed"
    CUT = "cut"


class MovedEvent(models.Model):
    """One event that a run dealt with: which version (`timestamp`, Unix seconds), what came of it, and why."""

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="events")
    uuid = models.UUIDField()
    timestamp = models.BigIntegerField()
    outcome = models.TextField(choices=Outcome)
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


class SetAside(models.Model):
    """An event that could not be taken in (or is empty): it is not fetched again in this version (`timestamp`).

    One that was only cut off on its way is, up to `runs.MOST_CUTS` times.
    A `dismissed` one has been seen to: it is shown no more unless a newer version cannot be taken in either.
    """

    server = models.ForeignKey(Server, models.CASCADE, related_name="set_aside")
    uuid = models.UUIDField()
    timestamp = models.BigIntegerField()
    outcome = models.TextField(choices=Outcome)
    reason = models.TextField()
    attempts = models.IntegerField(default=1)
    since = models.DateTimeField(auto_now_add=True)
    dismissed = models.BooleanField(default=False)

    class Meta:
        db_table = "sync_set_aside"
        constraints = [models.UniqueConstraint(fields=["server", "uuid"], name="sync_set_aside_unique")]

    def __str__(self) -> str:
        return f"{self.uuid} {self.outcome}"


class RefusedThing(models.Model):
    """Something other than an event that the other instance refused, in this `version`; see `refusals`.

    `uuid` is that of the thing itself; of the event for proposals and sightings, which are sent event by event.
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
