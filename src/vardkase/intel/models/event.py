"""Event models."""

from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.intel.models.document_columns import sent
from vardkase.knowledge.taxonomies.models import Tag

LONGEST_RELATIONSHIP = 191
"""Characters in the relationship between a tag and what carries it, as in MISP."""


class Event(models.Model):
    """MISP's event (draft-dulaunoy-misp-core-format). Times are Unix seconds; `org` owns it here, `orgc` created it.

    `private_timestamp`, `private_sighting_timestamp`, `private_publish_timestamp`: changes of parts that only the owner
    organisation or certain sharing groups read, as the owner knows of them. They move no other column, so that nobody
    else can tell (`identity.access.event_times`). `has_group_times`: there are `EventGroupTimes`;
    `group_changes_unpublished`: some of them wait to be published.

    `arrived`: when it was first stored here, whatever its author's clock says; 0 if that was before this was recorded.
    `identity.access.event_times` says when it reached a reader.

    `being_changed`: it has been changed since it was published, and not unpublished: those who may read it but for that
    read the version that was published last (`intel.queries.last_version`).

    `withheld`: it came from elsewhere to be published, and something in it must not be shared on this hub. Only its
    own organisation and site administrators read it, published or not, until a version without that is published.

    `quarantined`: it may hold security-classified information, and nobody reads it, whoever they are
    (`intel.services.quarantine`).
    """

    uuid = sent(models.UUIDField(default=uuid.uuid4, unique=True))
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="owned_events")
    orgc = models.ForeignKey(Organisation, models.PROTECT, related_name="created_events")
    user_id = models.BigIntegerField(default=0)
    date = sent(models.DateField())
    info = sent(models.TextField())
    threat_level_id = sent(models.SmallIntegerField(default=4))
    analysis = sent(models.SmallIntegerField(default=0))
    distribution = sent(models.SmallIntegerField(default=0))
    sharing_group = sent(models.ForeignKey(SharingGroup, models.PROTECT, null=True, related_name="events"))
    timestamp = sent(models.BigIntegerField())
    publish_timestamp = models.BigIntegerField(default=0)
    sighting_timestamp = models.BigIntegerField(default=0)
    private_timestamp = models.BigIntegerField(default=0, db_default=0)
    private_sighting_timestamp = models.BigIntegerField(default=0, db_default=0)
    private_publish_timestamp = models.BigIntegerField(default=0, db_default=0)
    has_group_times = models.BooleanField(default=False, db_default=False)
    group_changes_unpublished = models.BooleanField(default=False, db_default=False)
    published = sent(models.BooleanField(default=False))
    locked = sent(models.BooleanField(default=False))
    proposal_email_lock = models.BooleanField(default=False)
    disable_correlation = sent(models.BooleanField(default=False))
    protected = sent(models.BooleanField(null=True))
    extends_uuid = sent(models.UUIDField(null=True))
    attribute_count = models.IntegerField(default=0)
    withheld = models.BooleanField(default=False, db_default=False)
    quarantined = models.BooleanField(default=False, db_default=False)
    being_changed = models.BooleanField(default=False, db_default=False)
    # By the database's clock, so that every way of storing events sets it.
    # Not Extract(Now()), which reads the clock of the hub's time zone as if it were UTC.
    arrived = models.BigIntegerField(
        db_default=models.Func(
            template="extract(epoch FROM statement_timestamp())::bigint",
            output_field=models.BigIntegerField(),
        )
    )

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["timestamp", "id"], name="event_timestamp"),
            models.Index(
                fields=["private_timestamp"],
                name="event_private_timestamp",
                condition=models.Q(private_timestamp__gt=0),
            ),
            models.Index(fields=["publish_timestamp"], name="event_publish_timestamp"),
            models.Index(
                fields=["id"], name="event_with_group_times", condition=models.Q(has_group_times=True)
            ),
            models.Index(fields=["id"], name="event_being_changed", condition=models.Q(being_changed=True)),
            models.Index(fields=["id"], name="event_quarantined", condition=models.Q(quarantined=True)),
            models.Index(fields=["date"], name="event_date"),
            models.Index(fields=["arrived"], name="event_arrived"),
            models.Index(
                fields=["extends_uuid"], name="event_extends", condition=models.Q(extends_uuid__isnull=False)
            ),
            GinIndex(fields=["info"], opclasses=["gin_trgm_ops"], name="event_info_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.info}"

    @property
    def last_change(self) -> int:
        """The last change anywhere in the event: for its owner organisation only."""
        return max(self.timestamp, self.private_timestamp)

    @property
    def last_publication(self) -> int:
        """When any version of the event was last published: for its owner organisation alone."""
        return max(self.publish_timestamp, self.private_publish_timestamp)

    @property
    def is_all_published(self) -> bool:
        """Whether no change in the event waits to be published: for its owner organisation alone."""
        return self.published and not self.group_changes_unpublished


class EventTag(models.Model):
    """A tag on an event. `local` tags stay on this instance."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="event_tags")
    local = models.BooleanField(default=False)
    relationship_type = models.CharField(max_length=LONGEST_RELATIONSHIP, blank=True, default="")

    class Meta:
        db_table = "event_tag"
        constraints = [models.UniqueConstraint(fields=["event", "tag", "local"], name="event_tag_unique")]
        indexes = [models.Index(fields=["tag", "event"], name="event_tag_tag")]

    def __str__(self) -> str:
        return f"{self.tag_id} on event {self.event_id}"
