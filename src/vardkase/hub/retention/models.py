"""Models for retention rules, dry runs, and what was carried out. No content of anything is kept in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.case_files.models import CaseKind
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.personal_data.kinds import PersonalDataKind


class RetentionSubject(models.TextChoices):
    PERSONAL_DATA = "personal_data", _("Personal data in events")
    CASE_FILES = "case_files", _("Closed cases")


class RetentionWay(models.TextChoices):
    PSEUDONYMISE = "pseudonymise", _("Pseudonymise")
    REMOVE = "remove", _("Remove")


class CountedFrom(models.TextChoices):
    LAST_SEEN = "last_seen", _("Last seen; if that is not stated, last changed")
    CHANGED = "changed", _("Last changed")
    PUBLISHED = "published", _("First publication of the event")


class RetentionPlanRule(models.Model):
    """One version of a rule, as one person proposed and another approved it. Never changed; the newest applies.

    Personal data: what has all of `kind`, `attribute_type` and `tag` that are given. `months` is the period: of
    `counted_from`, or from when a case was closed. `legal_ground` is why versions kept as public records are
    included, or the decision on disposal of cases; `duty_note` how preservation is weighed against storage
    limitation. Nothing is due before `starts_on`.
    """

    number = models.IntegerField()
    version = models.IntegerField()
    subject = models.CharField(max_length=16, choices=RetentionSubject.choices)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, choices=PersonalDataKind.choices, blank=True, default="")
    attribute_type = models.CharField(max_length=100, blank=True, default="")
    tag = models.CharField(max_length=255, blank=True, default="")
    case_kind = models.CharField(max_length=16, choices=CaseKind.choices, blank=True, default="")
    months = models.IntegerField()
    counted_from = models.CharField(max_length=16, choices=CountedFrom.choices, blank=True, default="")
    way = models.CharField(max_length=16, choices=RetentionWay.choices, default=RetentionWay.REMOVE)
    includes_versions = models.BooleanField(default=False)
    legal_ground = models.TextField(blank=True, default="")
    duty_note = models.TextField(blank=True, default="")
    starts_on = models.DateField()
    is_retired = models.BooleanField(default=False)
    reason = models.TextField()
    proposed_by = models.CharField(max_length=255)
    approved_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "retention_rule"
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="retention_rule_version_unique")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"R-{self.number}"

    @property
    def is_about_cases(self) -> bool:
        return self.subject == RetentionSubject.CASE_FILES


class RunState(models.TextChoices):
    COUNTING = "counting", _("Counting")
    COUNTED = "counted", _("Dry run done")
    REPLACED = "replaced", _("Replaced by a later dry run")
    CARRYING_OUT = "carrying_out", _("Being carried out")
    DONE = "done", pgettext_lazy("retention run", "Carried out")


class RetentionRun(models.Model):
    """A dry run, and what was carried out by it once a second person had approved its figures.

    `figures` are those of the dry run, `results` of what was done: lists of counts by rule, place, organisation and
    reason. `digest` is that of the figures. `counted_until`: the moment that periods are measured to.
    """

    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.COUNTING)
    ordered_by = models.CharField(max_length=255)
    ordered_at = models.DateTimeField(auto_now_add=True)
    counted_until = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    affected = models.BigIntegerField(default=0)
    exempted = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True, default="")
    proposed_by = models.CharField(max_length=255, blank=True, default="")
    approved_by = models.CharField(max_length=255, blank=True, default="")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    results = models.JSONField(default=dict)

    class Meta:
        db_table = "retention_run"
        indexes = [models.Index(fields=["state", "-id"], name="retention_run_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"G-{self.pk:05d}"


class RetentionPlace(models.TextChoices):
    ATTRIBUTE = "attribute", _("Attribute")
    TITLE = "title", _("Title of the event")
    REPORT = "report", _("Report")
    OBJECT = "object", _("Comment of an object")
    PROPOSAL = "proposal", pgettext_lazy("event", "Proposal")
    COMMENT = "comment", _("Comment on a proposal")
    ANALYST_DATA = "analyst-data", _("Note or opinion")
    TAG = "tag", pgettext_lazy("noun", "Tag")
    VERSION = "version", _("Version kept as record")
    CASE = "case", _("Case")


class Exemption(models.TextChoices):
    """Why something that is due is left as it is."""

    NONE = "", "–"
    SPILL = "spill", _("Spill that is being handled")
    RECORDS_CASE = "records_case", _("Open request for public records")
    APPEAL = "appeal", _("Appeal that is not finished")
    DATA_REQUEST = "data_request", _("Open request from a data subject")
    RESTRICTION = "restriction", _("Processing is restricted for a data subject")
    OPEN_CASE = "open_case", _("Another case about the same thing is open")
    IN_FORCE = "in_force", _("A decision in the case is still in force")
    TAG = "tag", _("In the name of a tag, which is removed by hand")


class RetentionItemState(models.TextChoices):
    PENDING = "pending", _("Not carried out yet")
    DONE = "done", pgettext_lazy("retention item", "Done")
    WAITING = "waiting", _("Done; reaches other hubs when the owner publishes the event")
    UNCHANGED = "unchanged", _("Nothing was left to do")
    EXEMPT = "exempt", _("Exempted")
    FAILED = "failed", _("Could not be done")


class RetentionItem(models.Model):
    """One thing that is due by a rule in a run: a part of an event, a proposal, a note, a version kept as record, or
    a case.

    `part_id` is the id of the row, by `place`, 0 for a title; `event_id` is 0 for notes, opinions and cases.
    `digest` is the SHA-256 of what there was: of a version's document, or of the list of a case's documents.
    `failure`: why it could not be done, in words; empty for a fault that only the log tells.
    """

    run = models.ForeignKey(RetentionRun, models.CASCADE, related_name="items")
    rule = models.ForeignKey(RetentionPlanRule, models.PROTECT, related_name="+")
    place = models.CharField(max_length=12, choices=RetentionPlace.choices)
    event_id = models.BigIntegerField(default=0)
    part_id = models.BigIntegerField(default=0)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    exemption = models.CharField(max_length=16, choices=Exemption.choices, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=RetentionItemState.choices, default=RetentionItemState.PENDING
    )
    digest = models.CharField(max_length=64, blank=True, default="")
    failure = models.TextField(blank=True, default="", db_default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "retention_item"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "place", "event_id", "part_id", "rule"], name="retention_item_once"
            )
        ]
        indexes = [
            models.Index(fields=["run", "state", "event_id"], name="retention_item_state"),
            models.Index(fields=["place", "part_id"], name="retention_item_part"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.event_id}/{self.part_id}"


class VersionCheck(models.Model):
    """That a version kept as record was searched by a rule: versions never change but by retention.

    `due_from` is when the first thing in it becomes due, in Unix seconds; null: nothing ever does.
    """

    rule = models.ForeignKey(RetentionPlanRule, models.CASCADE, related_name="+")
    version_id = models.BigIntegerField()
    due_from = models.BigIntegerField(null=True)

    class Meta:
        db_table = "retention_version_check"
        constraints = [
            models.UniqueConstraint(fields=["rule", "version_id"], name="retention_version_check_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} by {self.rule_id}"
