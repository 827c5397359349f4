"""Models for progress and messages of a running job; deleted together with the job."""

from __future__ import annotations

from django.db import models
from procrastinate.contrib.django.models import ProcrastinateJob


class JobProgress(models.Model):
    """The progress of a job: `done` of `total` (0: unknown), since `started`, last report `heard`; and why it
    failed."""

    job = models.OneToOneField(ProcrastinateJob, models.DB_CASCADE, primary_key=True, related_name="+")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    started = models.DateTimeField()
    heard = models.DateTimeField()
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "job_progress"

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"


class JobOrigin(models.Model):
    """The request that ordered a job, directly or through another job."""

    job = models.OneToOneField(ProcrastinateJob, models.DB_CASCADE, primary_key=True, related_name="+")
    request_id = models.CharField(max_length=64)

    class Meta:
        db_table = "job_origin"

    def __str__(self) -> str:
        return self.request_id


class JobLogLine(models.Model):
    """One line of a job's log."""

    job = models.ForeignKey(ProcrastinateJob, models.DB_CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(max_length=500)

    class Meta:
        db_table = "job_line"

    def __str__(self) -> str:
        return self.text
