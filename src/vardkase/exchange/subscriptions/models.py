"""Models for subscriptions: what people follow, and how they are notified of it."""

from __future__ import annotations

from django.db import models

from vardkase.identity.accounts.models import User

LONGEST_VALUE = 1000


class FollowedKind(models.TextChoices):
    TAG = "tag"
    ORGANISATION = "organisation"
    VALUE = "value"
    EVENT = "event"
    CLUSTER = "cluster"
    SEARCH = "search"


class Subscription(models.Model):
    """What a person follows: the thing `thing_id`, or a `value`.

    They are notified on the hub (`in_app`), by `mail`, or both; with `daily` the mail is the summary of the day.
    """

    user = models.ForeignKey(User, models.DB_CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=16, choices=FollowedKind)
    thing_id = models.BigIntegerField(default=0)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True, default="")
    in_app = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    daily = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "subscription"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "thing_id", "value"], name="subscription_once")
        ]
        indexes = [models.Index(fields=["kind", "thing_id"], name="subscription_thing")]

    def __str__(self) -> str:
        return f"user {self.user_id} follows {self.kind} {self.value or self.thing_id}"
