"""What TAXII knows of: our collections and what is rendered of them, what came in, and the servers of others."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.core.secrets import Safe
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.misp.distribution import Distribution

KEYS = Safe("keys of TAXII servers")


class Collection(models.Model):
    """A collection of ours: the published events of a saved search (`filters`, as restSearch takes them), or those of
    a sharing group.

    `org` may always read and write it; `readers` and `writers` may too, or every organisation where it is open. None
    of them gets more out of it than they may read anyway. What is written becomes events with the sharing group, or
    else with `distribution`.
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
    """An event as STIX 2.1, as somebody saw it: `digest` (SHA-256) is of its MISP JSON, so whoever sees the same event
    in the same way gets the same rendering, and nobody else does.

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
    """One STIX object of a rendering, at its place. `version` is its `modified` or `created`, None for neither."""

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
    """An envelope that somebody wrote into a collection, and what became of each object.

    `envelope` is kept until it has been dealt with. `results` has lists of ``{"id", "version", "message"}`` under
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
    """A collection of somebody else's, under MISP's names: what we push to it, and what we fetch.

    `filters` is the restSearch of what is pushed. `encrypted_key` says who we are there (`KEYS` opens it). `org` is
    whose events become of what is polled, with the distribution or the sharing group.

    `polled_to` is the time up to which everything that was added there is here (as the other server writes it);
    within a poll `reached` is the newest time met, and `next` the server's mark of the following page. `pushed_to`
    is the publication (Unix seconds) up to which everything was sent.
    """

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


class Direction(models.TextChoices):
    """Which way a run moves objects."""

    POLL = "poll"
    PUSH = "push"


class Run(models.Model):
    """A poll of, or a push to, a server: how many objects moved, events came of it, objects were refused.

    `fault` is why it ended early; `reasons` are a few of the refusals.
    """

    server = models.ForeignKey(TaxiiServer, models.CASCADE, related_name="runs")
    direction = models.TextField(choices=Direction)
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
    """A STIX object that a poll fetched and that has not been dealt with; `used` once it is in an event."""

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
    """An event that came of a server: only such events does it change again."""

    server = models.ForeignKey(TaxiiServer, models.CASCADE, db_index=False, related_name="+")
    event_uuid = models.UUIDField()

    class Meta:
        db_table = "taxii_event"
        constraints = [models.UniqueConstraint(fields=["server", "event_uuid"], name="taxii_event_unique")]

    def __str__(self) -> str:
        return str(self.event_uuid)
