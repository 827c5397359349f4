"""Models for what clients have fetched."""

from __future__ import annotations

from django.db import models


class FetchChannel(models.TextChoices):
    API = "api"
    EXPORT = "export"
    TAXII = "taxii"
    FEED = "feed_file"


class FetchedKind(models.TextChoices):
    """What `ids` are of. Those of a feed say that its manifest or checksums were read, which name all its events."""

    EVENT = "event"
    ATTRIBUTE = "attribute"
    OBJECT = "object"
    FEED = "feed"


class Fetch(models.Model):
    """What one request returned, until it is counted: `ids` are bigints of this machine, one after the other."""

    channel = models.TextField(choices=FetchChannel)
    kind = models.TextField(choices=FetchedKind)
    ids = models.BinaryField()
    user_id = models.BigIntegerField(default=0)
    key_id = models.BigIntegerField(default=0)
    organisation_id = models.BigIntegerField(default=0)
    name = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "fetch_record"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"


class FetchReader(models.Model):
    """Somebody who has fetched something: `name` is the account's at the time, or the feed's reader; 0 is none."""

    channel = models.TextField(choices=FetchChannel)
    user_id = models.BigIntegerField()
    key_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    name = models.TextField()

    class Meta:
        db_table = "fetch_reader"
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "user_id", "key_id", "organisation_id", "name"], name="fetch_reader_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FetchCount(models.Model):
    """That a reader fetched an event, or the lists of a feed: how often, first and last."""

    reader = models.ForeignKey(FetchReader, models.DB_CASCADE, related_name="+", db_index=False)
    kind = models.TextField(choices=FetchedKind)
    subject_id = models.BigIntegerField()
    count = models.IntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "fetched"
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id", "reader"], name="fetched_once")]
        indexes = [models.Index(fields=["last_at"], name="fetched_last_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
