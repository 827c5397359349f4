"""The hub's own feeds: which events each holds, seen by whom, and who may read it."""

from __future__ import annotations

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


def for_everybody() -> list[int]:
    """The distributions of what is meant for all communities."""
    return [3]


class OwnFeed(models.Model):
    """One feed of ours: the published events of `filters` (as restSearch takes them) that `organisation` may read.

    It takes what is shared as far as `distributions` say, or with one of `sharing_groups`, and nothing else. An `open`
    feed is anybody's to read; others are for members with a key (`members`) and for whoever has the token, of which
    only the SHA-256 is kept. `written` is when its files were looked at last, `fault` why that failed.
    """

    name = models.SlugField(max_length=60, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    filters = models.JSONField(default=dict)
    distributions = models.JSONField(default=for_everybody)
    sharing_groups = models.ManyToManyField(SharingGroup, related_name="+", db_table="own_feed_sharing_group")
    local_tags = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    open = models.BooleanField(default=False)
    members = models.BooleanField(default=True)
    token_digest = models.BinaryField(max_length=32, null=True)
    written = models.DateTimeField(null=True)
    events = models.IntegerField(default=0)
    fault = models.TextField(blank=True, default="")

    class Meta:
        db_table = "own_feed"

    def __str__(self) -> str:
        return self.name
