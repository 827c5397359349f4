"""Models of own feeds: their filters, the organisation whose view they contain, and who may read them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


def for_everybody() -> list[int]:
    """The distributions intended for all communities."""
    return [3]


class OwnFeed(models.Model):
    """One of the hub's own feeds: the published events matching `filters` (as for restSearch) that
    `organisation` may read.

    Only events shared by one of `distributions`, or with one of `sharing_groups`, are included. An `open`
    feed is public; others are for members with a key (`members`) and for holders of the token, of which only
    the SHA-256 is stored. `written` is when its files were last updated, `fault` why that failed.
    """

    kept_by_hub: ClassVar = frozenset({"written", "events", "fault"})

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
