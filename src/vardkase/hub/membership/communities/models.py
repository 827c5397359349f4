"""Models for the rules of communities."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup


class Community(models.Model):
    """A sharing group with rule-based members: active members that match every non-empty rule, and those
    `chosen`.

    `sectors`, `nis2` and `counties` hold values of the membership; `chosen` members are included whatever the
    rules say.
    """

    group = models.OneToOneField(SharingGroup, models.CASCADE, related_name="community")
    sectors = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    nis2 = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    counties = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    chosen = models.ManyToManyField(Organisation, related_name="+", db_table="member_community_chosen")
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "member_community"

    def __str__(self) -> str:
        return self.group.name
