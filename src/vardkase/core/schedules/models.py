"""Models for schedules: the next run of each scheduled job, and the result of the last."""

from __future__ import annotations

from django.db import models

from vardkase.core.schedules import Interval


class ScheduledTask(models.Model):
    """The stored state of one schedule: the chosen times, and its last run.

    `last_count` is the number of items the last run ordered or processed, `last_fault` why it failed (empty:
    it did not).
    """

    name = models.CharField(max_length=80, primary_key=True)
    paused = models.BooleanField()
    rhythm = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Interval])
    at = models.TimeField()
    next_run = models.DateTimeField()
    last_run = models.DateTimeField(null=True)
    last_ended = models.DateTimeField(null=True)
    last_count = models.IntegerField(default=0)
    last_fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "scheduled_task"

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.last_run is not None and (self.last_ended is None or self.last_ended < self.last_run)
