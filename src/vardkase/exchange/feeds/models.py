"""Models for feeds: external lists and events, and the status of fetching and caching."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from vardkase.core.secrets import SecretStore
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.distribution import Distribution

HEADERS = SecretStore("headers of feeds")


class SourceFormat(models.TextChoices):
    """The format at a feed's address: a manifest with events, a table, or any text."""

    MISP = "misp"
    CSV = "csv"
    FREETEXT = "freetext"


class InputSource(models.TextChoices):
    """The location of a feed: the web, or a folder on this machine that the operator opened for feeds."""

    NETWORK = "network"
    LOCAL = "local"


class Feed(models.Model):
    """One feed of others.

    `event_id` is the event of a list with `fixed_event`, 0 for none yet. `encrypted_headers` are sent along
    and may hold a key: `HEADERS` decrypts them. `orgc` is the creator of new events; the fetching actor's
    organisation if empty. `url` of a local feed is a path on this machine; with `delete_local_file`, its file
    is removed after fetching.
    """

    kept_by_hub: ClassVar = frozenset({"event_id"})

    name = models.CharField(max_length=255)
    provider = models.CharField(max_length=255)
    url = models.CharField(max_length=255)
    rules = models.JSONField(null=True)
    enabled = models.BooleanField(default=False)
    distribution = models.SmallIntegerField(default=Distribution.ORGANISATION)
    sharing_group = models.ForeignKey(SharingGroup, models.SET_NULL, null=True, related_name="+")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, related_name="+")
    default = models.BooleanField(default=False)
    source_format = models.CharField(max_length=16, choices=SourceFormat, default=SourceFormat.FREETEXT)
    fixed_event = models.BooleanField(default=True)
    delta_merge = models.BooleanField(default=False)
    event_id = models.BigIntegerField(default=0)
    publish = models.BooleanField(default=False)
    override_ids = models.BooleanField(default=False)
    force_to_ids = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)
    lookup_visible = models.BooleanField(default=False)
    encrypted_headers = models.TextField(blank=True, default="")
    caching_enabled = models.BooleanField(default=False)
    orgc = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    input_source = models.CharField(max_length=16, choices=InputSource, default=InputSource.NETWORK)
    delete_local_file = models.BooleanField(default=False)
    tag_collection = models.ForeignKey(TagCollection, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "feed"

    def __str__(self) -> str:
        return self.name


class FeedAction(models.TextChoices):
    FETCH = "fetch"
    CACHE = "cache"


class FeedRunState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class FeedRun(models.Model):
    """One fetch or caching of a feed.

    `done` is the progress: values read of a list, events processed of a MISP feed; `total` is 0 while
    unknown. `counts` holds the results (added, edited, failed, attributes, values), `fault` why it failed, or
    why events were refused (`problems_in` reads it).
    """

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="runs")
    act = models.TextField(choices=FeedAction)
    user_id = models.BigIntegerField(default=0)
    state = models.TextField(choices=FeedRunState, default=FeedRunState.RUNNING)
    fault = models.TextField(blank=True, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    started = models.DateTimeField(auto_now_add=True)
    heard = models.DateTimeField(auto_now=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "feed_run"
        indexes = [models.Index(fields=["feed", "-id"], name="feed_run_feed")]

    def __str__(self) -> str:
        return f"{self.act} {self.feed_id}"
