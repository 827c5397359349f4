"""Model for saved searches: a question with a name, run again with the rights of the user who opens it."""

from __future__ import annotations

import uuid

from django.db import models

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class SearchKind(models.TextChoices):
    """What `filters` is written for: restSearch in one of its scopes, the list of events, or the search for values."""

    EVENTS = "events"
    ATTRIBUTES = "attributes"
    OBJECTS = "objects"
    EVENT_LIST = "event-list"
    VALUES = "values"


class SharedWith(models.IntegerChoices):
    """Who may open a saved search beside the person who made it."""

    NOBODY = 0
    ORGANISATION = 1
    EVERYONE = 2


class SavedSearch(models.Model):
    """A search with a name. `filters` are those of restSearch, or texts by name as the address of a list has them.

    `user` is the person who made it, null once the account is gone. `deleted` is when it was deleted: until it is
    removed for good, that can be undone.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    org = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    name = models.CharField(max_length=191)
    description = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=16, choices=SearchKind)
    filters = models.JSONField(default=dict)
    shared_with = models.SmallIntegerField(choices=SharedWith, default=SharedWith.NOBODY)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True)

    class Meta:
        db_table = "saved_search"
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(shared_with=SharedWith.EVERYONE),
                name="saved_search_everyone",
            ),
        ]

    def __str__(self) -> str:
        return self.name
