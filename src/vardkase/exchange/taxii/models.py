"""Models for TAXII: own collections with their rendered objects, submissions, and external servers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from vardkase.core.secrets import SecretStore
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.misp.distribution import Distribution

KEYS = SecretStore("keys of TAXII servers")


class Collection(models.Model):
    """One of the hub's collections: the published events of a saved search (`filters`, as for restSearch), or
    those of a sharing group.

    `org` can always read and write it; `readers` and `writers` can too, or every organisation if it is open.
    It never gives a reader more than they may read anyway. Written objects become events with the sharing
    group, or else with `distribution`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    filters = models.JSONField(default=dict)
    sharing_group = models.ForeignKey(SharingGroup, models.PROTECT, null=True, related_name="+")
    distribution = models.SmallIntegerField(default=Distribution.ORGANISATION)
    open_to_read = models.BooleanField(default=False)
    open_to_write = models.BooleanField(default=False)
    readers = models.ManyToManyField(Organisation, related_name="+", db_table="taxii_collection_reader")
    writers = models.ManyToManyField(Organisation, related_name="+", db_table="taxii_collection_writer")

    class Meta:
        db_table = "taxii_collection"

    def __str__(self) -> str:
        return self.name


class Rendering(models.Model):
    """An event rendered as STIX 2.1 for a certain view.

    `digest` (SHA-256) is of its MISP JSON, so that exactly the readers with the same view share a rendering.
    `fault` is why it could not be rendered; it then has no objects.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    event_id = models.BigIntegerField()
    fault = models.TextField(blank=True, default="")
    used = models.DateField(auto_now_add=True)

    class Meta:
        db_table = "taxii_rendering"
        indexes = [models.Index(fields=["event_id"], name="taxii_rendering_event")]

    def __str__(self) -> str:
        return f"event {self.event_id}"


class RenderedObject(models.Model):
    """One STIX object of a rendering, in its place. `version` is its `modified` or `created`, None for
    neither."""

    rendering = models.ForeignKey(Rendering, models.DB_CASCADE, db_index=False, related_name="+")
    place = models.IntegerField()
    stix_id = models.TextField()
    type = models.TextField()
    version = models.TextField(null=True)
    body = models.TextField()

    class Meta:
        db_table = "taxii_object"
        constraints = [models.UniqueConstraint(fields=["rendering", "place"], name="taxii_object_place")]
        indexes = [models.Index(fields=["stix_id"], name="taxii_object_stix_id")]

    def __str__(self) -> str:
        return self.stix_id


class Submission(models.Model):
    """An envelope written into a collection, and the outcome for each object.

    `envelope` is kept until it is processed. `results` has lists of ``{"id", "version", "message"}`` under
    successes and failures.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="submissions")
    user_id = models.BigIntegerField()
    received = models.DateTimeField(auto_now_add=True)
    envelope = models.TextField()
    complete = models.BooleanField(default=False)
    results = models.JSONField(default=dict)

    class Meta:
        db_table = "taxii_submission"

    def __str__(self) -> str:
        return str(self.uuid)


class TaxiiServer(models.Model):
    """A collection on an external server, under MISP's names: what we push to it, and what we poll.

    `filters` is the restSearch of what is pushed. `encrypted_key` holds our credentials (`KEYS` decrypts it).
    `org` owns the polled events, with the distribution or the sharing group. `polled_to` is the time up to
    which everything added there is stored here (as the other server writes it); during a poll, `reached` is
    the newest time seen, and `next` the server's marker of the following page. `pushed_to` is the publication
    time (Unix seconds) up to which everything was sent.
    """

    kept_by_hub: ClassVar = frozenset({"polled_to", "reached", "next", "pushed_to"})

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=191)
    owner = models.CharField(max_length=191, blank=True, default="")
    baseurl = models.CharField(max_length=191)
    api_root = models.CharField(max_length=191)
    collection = models.CharField(max_length=191, blank=True, default="")
    description = models.TextField(blank=True, default="")
    filters = models.JSONField(default=dict)
    encrypted_key = models.TextField(blank=True, default="")
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    distribution = models.SmallIntegerField(default=Distribution.ORGANISATION)
    sharing_group = models.ForeignKey(SharingGroup, models.PROTECT, null=True, related_name="+")
    polled_to = models.CharField(max_length=40, blank=True, default="")
    reached = models.CharField(max_length=40, blank=True, default="")
    next = models.TextField(blank=True, default="")
    pushed_to = models.BigIntegerField(default=0)

    class Meta:
        db_table = "taxii_server"

    def __str__(self) -> str:
        return self.name


class TaxiiDirection(models.TextChoices):
    POLL = "poll"
    PUSH = "push"


class Run(models.Model):
    """A poll of, or a push to, a server: the numbers of objects moved, events created and objects refused.

    `fault` is why it ended early; `reasons` are some of the refusals (`problems_in` reads both).
    """

    server = models.ForeignKey(TaxiiServer, models.CASCADE, related_name="runs")
    direction = models.TextField(choices=TaxiiDirection)
    started = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True)
    objects_moved = models.IntegerField(default=0)
    events = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "taxii_run"

    def __str__(self) -> str:
        return f"{self.direction} {self.server_id}"


class FetchedObject(models.Model):
    """A polled STIX object that has not been processed; `used` once it is in an event."""

    server = models.ForeignKey(TaxiiServer, models.CASCADE, db_index=False, related_name="+")
    stix_id = models.TextField()
    type = models.TextField(default="")
    version = models.TextField(blank=True, default="")
    body = models.TextField()
    used = models.BooleanField(default=False)

    class Meta:
        db_table = "taxii_fetched"
        constraints = [models.UniqueConstraint(fields=["server", "stix_id"], name="taxii_fetched_unique")]

    def __str__(self) -> str:
        return self.stix_id


class FetchedEvent(models.Model):
    """An event created from a server: polling changes only such events."""

    server = models.ForeignKey(TaxiiServer, models.CASCADE, db_index=False, related_name="+")
    event_uuid = models.UUIDField()

    class Meta:
        db_table = "taxii_event"
        constraints = [models.UniqueConstraint(fields=["server", "event_uuid"], name="taxii_event_unique")]

    def __str__(self) -> str:
        return str(self.event_uuid)
