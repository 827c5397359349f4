"""The material of a case, and what its authority decides of each item."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from vardkase.hub.law.disposal_marks import with_marks_in_words
from vardkase.hub.public_records.cases.models.case import RecordsCase
from vardkase.hub.public_records.release.items import FIELDS, ItemKind
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.misp.report_references import in_words


class ReadableItems(models.Manager["CaseItem"]):
    """Without what is of an event in quarantine: nobody reads that, in a case neither."""

    def get_queryset(self) -> models.QuerySet[CaseItem]:
        return (
            super()
            .get_queryset()
            .exclude(event_uuid__in=Event.objects.filter(quarantined=True).values("uuid"))
        )


class ReadableAssessments(models.Manager["ItemAssessment"]):
    """Those of items that can be read: a join does not ask the manager of the items."""

    def get_queryset(self) -> models.QuerySet[ItemAssessment]:
        return (
            super()
            .get_queryset()
            .exclude(item__event_uuid__in=Event.objects.filter(quarantined=True).values("uuid"))
        )


class CaseItem(models.Model):
    """A frozen copy of a part of a published version; a database rule refuses every change of it.

    `key` and `parent` name it and the item that it is in (`release.Item`). `fields` are pairs of name and text, in
    order; `file` the bytes of an attachment. `reference` names the version, as the received register does.
    `available_at` is when the version became available to the authority. `publisher` is whom it belongs to, null if
    that organisation is not on this hub.
    """

    case = models.ForeignKey(RecordsCase, models.CASCADE, related_name="items")
    key = models.CharField(max_length=400)
    parent = models.CharField(max_length=80, blank=True, default="")
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    reference = models.CharField(max_length=80)
    event_uuid = models.UUIDField()
    event_id = models.BigIntegerField()
    title = models.CharField(max_length=255)
    fields = models.JSONField()
    file_name = models.CharField(max_length=255, blank=True, default="")
    file = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    publisher = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    publisher_name = models.CharField(max_length=255)
    available_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)

    objects = ReadableItems()
    every = models.Manager["CaseItem"]()

    class Meta:
        db_table = "records_item"
        constraints = [
            models.UniqueConstraint(fields=["case", "reference", "key"], name="records_item_once"),
        ]
        indexes = [models.Index(fields=["event_uuid"], name="records_item_event")]

    def __str__(self) -> str:
        return self.title

    @property
    def fields_in_words(self) -> list[tuple[str, str]]:
        """With marks of retention in words, and references of reports from before they were frozen in words."""
        is_report = self.kind == ItemKind.REPORT
        return [
            (name, with_marks_in_words(in_words(text, {}) if is_report else text))
            for name, text in self.fields
        ]

    @property
    def labelled(self) -> list[tuple[str | Promise, str]]:
        return [(FIELDS.get(name, name), text) for name, text in self.fields_in_words]


class Assessed(models.TextChoices):
    RELEASE = "release", pgettext_lazy("public record", "Release")
    MASK = "mask", pgettext_lazy("public record", "Release with parts masked")
    WITHHOLD = "withhold", pgettext_lazy("public record", "Withhold")


class ItemAssessment(models.Model):
    """What the authority means to do with an item. `masks` are the texts that are masked in it wherever they stand;
    `grounds` keys of grounds for secrecy (`hub.law`). `condition` is a reservation (förbehåll, OSL 10:14)."""

    item = models.OneToOneField(CaseItem, models.CASCADE, related_name="assessment")
    outcome = models.CharField(max_length=8, choices=Assessed.choices)
    masks = models.JSONField(default=list)
    grounds = models.JSONField(default=list)
    harm = models.TextField(blank=True, default="")
    condition = models.TextField(blank=True, default="")
    by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now=True)

    objects = ReadableAssessments()

    class Meta:
        db_table = "records_assessment"

    def __str__(self) -> str:
        return f"{self.item_id}: {self.outcome}"
