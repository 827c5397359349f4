"""The differences between versions of an event, with fields and their values in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.formats.misp_json.comparison import DocumentChange, FieldChange
from vardkase.web.ui.chips import REACHES, THREATS

FIELDS: dict[str, str | Promise] = {
    "info": _("Title"),
    "date": _("Date"),
    "threat_level_id": _("Threat level"),
    "analysis": _("Analysis"),
    "distribution": _("Distribution"),
    "sharing_group": _("Sharing group"),
    "tag": pgettext_lazy("noun", "Tag"),
    "object": _("Object"),
    "report": _("Report"),
}
ATTRIBUTE_FIELDS: dict[str, str | Promise] = {
    "type": _("Type"),
    "category": _("Category"),
    "comment": _("Comment"),
    "to_ids": _("For detection"),
    "distribution": _("Distribution"),
}
VALUES: dict[str, dict[str, str | Promise]] = {
    "distribution": {str(level): words for level, words in REACHES.items()},
    "threat_level_id": {str(level): words for level, (_css, _bars, words) in THREATS.items()},
    "analysis": {
        "0": pgettext_lazy("analysis", "Initial"),
        "1": pgettext_lazy("analysis", "Ongoing"),
        "2": pgettext_lazy("analysis", "Completed"),
    },
    "to_ids": {"True": pgettext_lazy("detect", "Yes"), "False": pgettext_lazy("detect", "No")},
}
"""What a field's stored values are called."""


@dataclass(frozen=True, slots=True)
class WordedChange(DocumentChange):
    """`is_tag`: `old` and `new` are names of tags."""

    is_tag: bool = False


def worded(rows: Iterable[DocumentChange]) -> list[DocumentChange]:
    return [
        WordedChange(
            row.change,
            row.what if row.is_value else str(FIELDS.get(row.what, row.what)),
            row.old if row.is_value else value_in_words(row.what, row.old),
            row.new if row.is_value else value_in_words(row.what, row.new),
            is_value=row.is_value,
            fields=[_field_in_words(each) for each in row.fields],
            is_tag=not row.is_value and row.what == "tag",
        )
        for row in rows
    ]


def _field_in_words(change: FieldChange) -> FieldChange:
    return FieldChange(
        str(ATTRIBUTE_FIELDS[change.field]),
        value_in_words(change.field, change.old),
        value_in_words(change.field, change.new),
    )


def value_in_words(field: str, value: str) -> str:
    return str(VALUES.get(field, {}).get(value, value))
