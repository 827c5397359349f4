"""Models for spills, who had what was spilled, and the search for what is left of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.models import Organisation


class SpillState(models.TextChoices):
    OPEN = "open", _("In quarantine")
    RELEASED = "released", _("Released: false alarm")
    DELETED = "deleted", _("Deleted here")
    CLOSED = "closed", pgettext_lazy("spill", "Closed")


class SpillOrigin(models.TextChoices):
    DECLARED = "declared", _("Declared")
    RECEIVED = "received", _("Arrived with a classification marking")


class SpillKind(models.TextChoices):
    """Whose information it is suspected to be."""

    SWEDISH = "swedish", _("Swedish security-classified information")
    EU = "eu", _("EU classified information")
    NATO = "nato", _("NATO classified information")
    OTHER_STATE = "other_state", _("Classified information of another state")
    UNSURE = "unsure", _("Not known yet")


class Spill(models.Model):
    """An event in quarantine, and what is done about it.

    The event is named by number and UUID, since it does not outlast its deletion. `organisation` owns it here,
    `creator` is the name of who created it. `published` are its publications (`at` in Unix seconds, `by`). `places` are
    where markings were found: kind of place and number of the part, without the text. `was_published`,
    `was_being_changed`, `was_to_be`: as in `EventQuarantined`. `cleared_version` is the event's time of change that two
    people have released.

    `reported_at`, `report_reference`: the report to the Security Service; `not_reported_because` if somebody else makes
    it or none is due. `ground` is the legal ground for deletion. `needles` is what the search for remains looks for,
    encrypted, and empty once the search is done; `proof` its result, `backups_until` the day the last backup with the
    event expires.
    """

    number = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=16, choices=SpillState.choices, default=SpillState.OPEN)
    origin = models.CharField(max_length=16, choices=SpillOrigin.choices)
    kind = models.CharField(max_length=16, choices=SpillKind.choices, default=SpillKind.UNSURE)
    reason = models.TextField(blank=True, default="")
    event_id = models.BigIntegerField()
    event_uuid = models.UUIDField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    creator = models.CharField(max_length=255)
    published = models.JSONField(default=list)
    places = models.JSONField(default=list)
    was_published = models.BooleanField(default=False)
    was_being_changed = models.BooleanField(default=False)
    was_to_be = models.BooleanField(default=False)
    cleared_version = models.BigIntegerField(null=True)
    declared_by = models.BigIntegerField(null=True)
    declared_by_name = models.CharField(max_length=255)
    declared_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField(auto_now_add=True)
    reported_at = models.DateTimeField(null=True)
    report_reference = models.CharField(max_length=255, blank=True, default="")
    not_reported_because = models.TextField(blank=True, default="")
    ground = models.TextField(blank=True, default="")
    ground_by = models.CharField(max_length=255, blank=True, default="")
    ground_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    needles = models.TextField(blank=True, default="")
    proof = models.JSONField(default=dict)
    proved_at = models.DateTimeField(null=True)
    backups_until = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "spill"
        constraints = [
            models.UniqueConstraint(fields=["event_uuid"], condition=Q(state="open"), name="spill_one_open")
        ]
        indexes = [models.Index(fields=["state", "-id"], name="spill_state")]

    def __str__(self) -> str:
        return self.number


class HolderKind(models.TextChoices):
    """How somebody came by the event."""

    ORGANISATION = "organisation", _("Could read it on the hub")
    CONNECTION = "connection", _("Connection to another hub")
    FEED = "feed", _("Feed of the hub")
    STREAM = "stream", _("Stream")
    MAIL = "mail", _("E-mail notification")
    TAXII = "taxii", _("TAXII")
    API = "api", _("API")
    EXPORT = "export", _("File exported on a page")
    FEED_FILE = "feed_file", _("Read from a feed of the hub")
    MODULE = "module", _("Export to a module or stream by hand")
    CASE = "case", _("Copies in a request for public records")
    COPY = "copy", _("Copy for a data subject")
    OPERATOR = "operator", _("Temporary access for operations")


class HolderAnswer(models.TextChoices):
    NOT_ASKED = "not_asked", pgettext_lazy("spill", "Not asked")
    ASKED = "asked", _("Asked to delete it")
    DELETED = "deleted", _("Has deleted it")
    NOTHING = "nothing", _("Had nothing")
    REFUSED = "refused", _("Does not delete it")
    UNREACHABLE = "unreachable", _("Could not be reached")
    BY_ORGANISATION = "by_organisation", _("See the organisation’s answer")


SETTLED = (HolderAnswer.DELETED, HolderAnswer.NOTHING, HolderAnswer.BY_ORGANISATION)


class SpillHolder(models.Model):
    """Somebody who read or received the event, and what they answered.

    `receiver_id` is the connection, feed, stream or account; `organisation` the one at the other end, where it is on
    record. `count` versions or reads, the first at `first_at`. `note` is what was answered, or why no answer will come.
    """

    spill = models.ForeignKey(Spill, models.CASCADE, related_name="holders")
    kind = models.CharField(max_length=16, choices=HolderKind.choices)
    receiver_id = models.BigIntegerField(default=0)
    name = models.CharField(max_length=255)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    count = models.IntegerField(default=1)
    first_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=16, choices=HolderAnswer.choices, default=HolderAnswer.NOT_ASKED)
    note = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=255, blank=True, default="")
    is_settled = models.BooleanField(default=False)

    class Meta:
        db_table = "spill_holder"
        constraints = [
            models.UniqueConstraint(fields=["spill", "kind", "receiver_id", "name"], name="spill_holder_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def answer_in_words(self) -> str:
        # Members are asked in the moment a spill is declared: who was not, no mail could be sent to.
        if self.kind == HolderKind.ORGANISATION and self.answer == HolderAnswer.NOT_ASKED:
            return gettext("Not reached: no e-mail could be sent")
        return str(self.get_answer_display())
