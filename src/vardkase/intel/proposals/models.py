"""Models for proposals ("shadow attributes"): additions, changes or deletions suggested to an event's owner."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from vardkase.core.file_columns import names_files
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event


@names_files("data_sha256")
class Proposal(models.Model):
    """A proposal; `timestamp` is Unix seconds, `first_seen` and `last_seen` µs since 1970.

    Without `attribute` it proposes a new one. With it, it carries that attribute's uuid and proposes its new
    content, or with `to_delete` its deletion. `deleted`: accepted or discarded; such rows are kept because
    peers must learn of the decision. `user_id` is 0 if it came from another instance. `proposed_at` (Unix seconds) is
    when it was made, once `timestamp` tells of a decision instead; null before that, and where nobody knows.
    """

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    event = models.ForeignKey(
        Event, models.CASCADE, db_constraint=False, db_index=False, related_name="proposals"
    )
    attribute = models.ForeignKey(
        Attribute, models.CASCADE, db_constraint=False, db_index=False, null=True, related_name="proposals"
    )
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="proposals")
    user_id = models.BigIntegerField(default=0)
    type = models.TextField()
    category = models.TextField()
    value1 = models.TextField()
    value2 = models.TextField(null=True)
    to_ids = models.BooleanField()
    comment = models.TextField(blank=True, default="")
    first_seen = models.BigIntegerField(null=True)
    last_seen = models.BigIntegerField(null=True)
    disable_correlation = models.BooleanField(default=False)
    data_sha256 = models.CharField(max_length=64, null=True)
    to_delete = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)
    timestamp = models.BigIntegerField()
    proposed_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "proposal"
        indexes = [
            models.Index(fields=["event", "id"], name="proposal_event"),
            models.Index(
                fields=["attribute"], name="proposal_attribute", condition=models.Q(attribute__isnull=False)
            ),
            models.Index(fields=["timestamp"], name="proposal_timestamp"),
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.value}"

    @property
    def value(self) -> str:
        return self.value1 if self.value2 is None else f"{self.value1}|{self.value2}"


class ProposalComment(models.Model):
    """What the proposing organisation or the owner of the event says about a proposal; stays on this instance, since
    MISP's proposals carry no conversation. `user` is null once the account is gone.
    """

    # Proposals are removed by SQL, and the constraint takes these with them.
    proposal = models.ForeignKey(Proposal, models.DB_CASCADE, related_name="comments")
    org = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+")
    user = models.ForeignKey(User, models.DB_SET_NULL, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        db_table = "proposal_comment"

    def __str__(self) -> str:
        return f"on proposal {self.proposal_id}"


class ProposalOutcome(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    PARTLY_ACCEPTED = "partly_accepted", pgettext_lazy("proposal", "Accepted in part")
    CHANGED = "changed", pgettext_lazy("proposal", "Accepted with changes")
    DISCARDED = "discarded", pgettext_lazy("proposal", "Discarded")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")


class ProposalDecision(models.Model):
    """How a proposal was decided on this instance; one that a peer decided has none.

    `org` is who decided, null if that must not be known any more. `before`: what the attribute read until then, as
    `decisions.content_of`; `known_to_proposer`: it had not been edited since the proposal was made here. `fields` are
    those accepted, of one accepted in part. `point` takes back what accepting it, perhaps with others, has changed.
    """

    # Proposals are removed by SQL, and the constraint takes these with them.
    proposal = models.OneToOneField(Proposal, models.DB_CASCADE, related_name="decision")
    outcome = models.CharField(max_length=16, choices=ProposalOutcome)
    org = models.ForeignKey(Organisation, models.DO_NOTHING, null=True, related_name="+")
    user = models.ForeignKey(User, models.DB_SET_NULL, null=True, related_name="+")
    before = models.JSONField(null=True)
    known_to_proposer = models.BooleanField(default=False)
    fields = ArrayField(models.TextField(), default=list)
    point = models.ForeignKey("intel.UndoPoint", models.DB_SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "proposal_decision"

    def __str__(self) -> str:
        return f"{self.outcome} proposal {self.proposal_id}"
