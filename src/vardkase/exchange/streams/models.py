"""Models for streams: receiver, topics, transport, and position."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.core.secrets import SecretStore
from vardkase.identity.organisations.models import Organisation

SECRETS = SecretStore("secrets of streams")


class StreamKind(models.TextChoices):
    WEBHOOK = "webhook"
    SYSLOG = "syslog"
    KAFKA = "kafka"
    ZEROMQ = "zeromq"


class Format(models.TextChoices):
    """The message format: MISP's, or one indicator per message in Elastic's or ArcSight's schema."""

    MISP = "misp"
    ECS = "ecs"
    CEF = "cef"


class Stream(models.Model):
    """A receiver of changes.

    `settings` are those of its kind (`kinds`), and `encrypted_secrets` a JSON object under `SECRETS`. It sees
    what `org` may read; without one, everything. `filters` are restSearch's. `position` is the place in the
    outbox up to which the receiver has acknowledged; `revision` increases with every manual change, so that
    the deliverer notices. `failing_since`, `fault_code` (`errors.Fault`) and `fault` (`problems_in` reads it) describe
    a failure; `missed` counts entries removed before they were sent; `by_settings`: configured by MISP's settings.
    """

    kept_by_hub: ClassVar = frozenset(
        {"position", "last_sent", "failing_since", "failures", "fault", "fault_code", "missed"}
    )

    name = models.CharField(max_length=255, unique=True)
    kind = models.TextField(choices=StreamKind)
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
