"""Models for content access: grants, and reads under them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation


class GrantState(models.TextChoices):
    """The state of a content access request. Granted access ends at `ends_at`, whatever the state."""

    ASKED = "asked", _("Waiting for an officer")
    GRANTED = "granted", _("In force")
    REFUSED = "refused", pgettext_lazy("content access", "Refused")
    LAPSED = "lapsed", _("Not answered in time")
    ENDED = "ended", pgettext_lazy("content access", "Ended")
    WITHDRAWN = "withdrawn", _("Withdrawn by an officer")


OPEN = (GrantState.ASKED, GrantState.GRANTED)


class GrantReach(models.TextChoices):
    EVENT = "event", _("One event")
    ORGANISATION = "organisation", _("One organisation’s events")
    HUB = "hub", _("Every event that the hub owner may read")


class ContentGrant(models.Model):
    """An operator's request for content access, and its outcome.

    `event_id` and `event_uuid` (of an event) or `organisation` limit it, according to `reach`. `hours` is
    what was requested, and after the decision what was granted; `answer` is the officer's text, `ending` the
    text of a withdrawal. Each person has at most one open request.
    """

    state = models.CharField(max_length=16, choices=GrantState.choices, default=GrantState.ASKED)
    reach = models.CharField(max_length=16, choices=GrantReach.choices)
    event_id = models.BigIntegerField(null=True)
    event_uuid = models.UUIDField(null=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    reason = models.TextField()
    hours = models.SmallIntegerField()
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=255)
    asked_for = models.CharField(max_length=255)
    """The name of the organisation that the operator is of."""
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=255, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="")
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.TextField(blank=True, default="")

    class Meta:
        db_table = "content_grant"
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by"],
                condition=Q(state__in=["asked", "granted"]),
                name="content_grant_one_open",
            ),
            models.CheckConstraint(
                condition=Q(reach="event", event_id__isnull=False) | (~Q(reach="event") & Q(event_id=None)),
                name="content_grant_event",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(ends_at__isnull=False), name="content_grant_ends"
            ),
        ]
        indexes = [models.Index(fields=["state", "ends_at"], name="content_grant_state")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ContentReading(models.Model):
    """An event read in one request: `request` names it as the API or the pages do ("events/view")."""

    # A grant that was used cannot be deleted: the record of what was read must remain.
    grant = models.ForeignKey(ContentGrant, models.PROTECT, related_name="readings")
    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    request = models.CharField(max_length=120)
    credential = models.CharField(max_length=32)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "content_reading"
        indexes = [models.Index(fields=["grant", "event_id", "at"], name="content_reading_event")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.at:%Y-%m-%d %H:%M}"


class GrantOrganisation(models.Model):
    """An organisation with content in an event that was read under content access; `notified_at`: when it was
    notified by mail."""

    grant = models.ForeignKey(ContentGrant, models.PROTECT, related_name="concerned")
    event_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    notified_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "content_concerned"
        indexes = [models.Index(fields=["organisation", "-grant"], name="content_concerned_org")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.event_id}"
