"""Streams: who is told, of what, how, and how far."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.core.secrets import Safe
from vardkase.identity.organisations.models import Organisation

SECRETS = Safe("secrets of streams")


class Kind(models.TextChoices):
    """What carries the messages."""

    WEBHOOK = "webhook"
    SYSLOG = "syslog"
    KAFKA = "kafka"
    ZEROMQ = "zeromq"


class Format(models.TextChoices):
    """How messages read: MISP's, or an indicator at a time as Elastic's and ArcSight's schemas have it."""

    MISP = "misp"
    ECS = "ecs"
    CEF = "cef"


class Stream(models.Model):
    """One receiver of what happens here.

    `settings` are those of its kind (`kinds`), and `encrypted_secrets` a JSON object under `SECRETS`. It looks through
    the eyes of `org`; without one it sees everything. `filters` are restSearch's. `position` is the place in the
    outbox's line up to which the receiver has acknowledged; `revision` rises with every change made by hand, so that
    whoever delivers notices. `failing_since`, `fault_code` (`errors.Fault`) and `fault` say how it is; `missed` counts
    what was cleaned away before it was sent; `by_settings`: MISP's settings describe it.
    """

    name = models.CharField(max_length=255, unique=True)
    kind = models.TextField(choices=Kind)
    format = models.TextField(choices=Format, default=Format.MISP)
    settings = models.JSONField(default=dict)
    encrypted_secrets = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    topics = ArrayField(models.TextField(), default=list)
    filters = models.JSONField(default=dict)
    enabled = models.BooleanField(default=False)
    by_settings = models.BooleanField(default=False)
    position = models.BigIntegerField(default=0)
    revision = models.BigIntegerField(default=0)
    last_sent = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    fault = models.TextField(blank=True, default="")
    fault_code = models.TextField(blank=True, default="")
    missed = models.BigIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "stream"
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(by_settings=True), name="stream_by_settings"
            )
        ]

    def __str__(self) -> str:
        return self.name
