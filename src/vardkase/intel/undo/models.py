"""Models of what a change of attributes replaced, so that its author can take it back."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vardkase.core.file_columns import names_files
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Event


class UndoPoint(models.Model):
    """One change by one person; of a note or opinion about nothing here, without `event`.

    `reference_ids` are the references between objects that it deleted.
    """

    event = models.ForeignKey(Event, models.DB_CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, models.DB_CASCADE, related_name="+")
    made_at = models.DateTimeField(db_index=True)
    reference_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        db_table = "undo_point"

    def __str__(self) -> str:
        return f"event {self.event_id}"


@names_files("data_sha256")
class AttributeBefore(models.Model):
    """What an attribute was before the change, tags included (`content`), and the MD5 of what it was after it."""

    point = models.ForeignKey(UndoPoint, models.DB_CASCADE, related_name="attributes")
    attribute_id = models.BigIntegerField(db_index=True)
    content = models.JSONField()
    after = models.CharField(max_length=32)
    data_sha256 = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "attribute_before"

    def __str__(self) -> str:
        return f"attribute {self.attribute_id}"


class TextBefore(models.Model):
    """As `AttributeBefore`, of a text outside attributes: the `field` of a row of the table `holder`.

    For `event_tag` and `report_tag` the row is the event or report, and the text its tags as JSON.
    """

    point = models.ForeignKey(UndoPoint, models.DB_CASCADE, related_name="texts")
    holder = models.CharField(max_length=20)
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=10)
    text = models.TextField()
    after = models.CharField(max_length=32)

    class Meta:
        db_table = "text_before"

    def __str__(self) -> str:
        return f"{self.field} of {self.holder} {self.row_id}"


class FormerObject(models.Model):
    """As `AttributeBefore`, of an object itself."""

    point = models.ForeignKey(UndoPoint, models.DB_CASCADE, related_name="objects_before")
    object_id = models.BigIntegerField(db_index=True)
    content = models.JSONField()
    after = models.CharField(max_length=32)

    class Meta:
        db_table = "object_before"

    def __str__(self) -> str:
        return f"object {self.object_id}"
