"""Items of a record, and what is decided about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.formats.misp_json.published import (
    PublishedAttribute,
    PublishedEvent,
    PublishedTag,
)
from vardkase.misp.report_references import in_words


class ItemKind(TextChoices):
    EVENT = "event", _("Event")
    TAG = "tag", pgettext_lazy("noun", "Tag")
    ATTRIBUTE = "attribute", _("Attribute")
    OBJECT = "object", _("Object")
    REPORT = "report", _("Report")


class ReleaseOutcome(TextChoices):
    RELEASE = "release", _("Released")
    MASK = "mask", _("Released with masking")
    WITHHOLD = "withhold", _("Withheld")


FIELDS = {
    "title": _("Title"),
    "date": _("Date"),
    "publisher": _("Publisher"),
    "name": _("Name"),
    "description": _("Description"),
    "category": _("Category"),
    "type": _("Type"),
    "value": _("Value"),
    "comment": _("Comment"),
    "first_seen": _("First seen"),
    "last_seen": _("Last seen"),
    "text": _("Text"),
}
"""The labels of fields, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a field to mask, from `start` up to `end`, and the provision that they are masked by."""

    field: str
    start: int
    end: int
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Masking without spans masks every field. `grounds` are the provisions, as they are shown."""

    outcome: str = ReleaseOutcome.RELEASE
    grounds: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. It is released whole or not at all: with any other outcome of its item it is left out."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a record. `key` is unique; `parent` is the key of the event or object that it is in."""

    key: str
    kind: str
    fields: tuple[Field, ...]
    parent: str = ""
    file: File | None = None
    decision: Decision = Decision()


def items_of(event: PublishedEvent) -> list[Item]:
    """The items of a version, without files: they are stored under the SHA-256 that the caller knows."""
    return list(_items(event))


def _items(event: PublishedEvent) -> Iterator[Item]:
    key = f"event:{event.uuid}"
    yield _item(
        key, ItemKind.EVENT, "", {"title": event.info, "date": event.date, "publisher": event.Orgc.name}
    )
    yield from _tags(key, event.Tag)
    named = event.named
    for report in event.EventReport:
        report_key = f"report:{report.uuid}"
        text = in_words(report.content or "", named)
        yield _item(report_key, ItemKind.REPORT, key, {"name": report.name, "text": text})
        yield from _tags(report_key, report.Tag)
    yield from _attributes(key, event.Attribute)
    for each in event.Object:
        object_key = f"object:{each.uuid}"
        fields = {
            "name": each.name,
            "description": each.description,
            "comment": each.comment,
            "first_seen": each.first_seen,
            "last_seen": each.last_seen,
        }
        yield _item(object_key, ItemKind.OBJECT, key, fields)
        yield from _attributes(object_key, each.Attribute)


def _attributes(parent: str, attributes: Iterable[PublishedAttribute]) -> Iterator[Item]:
    for one in attributes:
        key = f"attribute:{one.uuid}"
        fields = {
            "category": one.category,
            "type": one.type,
            "value": one.value,
            "comment": one.comment,
            "first_seen": one.first_seen,
            "last_seen": one.last_seen,
        }
        yield _item(key, ItemKind.ATTRIBUTE, parent, fields)
        yield from _tags(key, one.Tag)


def _tags(parent: str, tags: Iterable[PublishedTag]) -> Iterator[Item]:
    for tag in tags:
        yield _item(f"tag:{parent}:{tag.name}", ItemKind.TAG, parent, {"name": tag.name})


def _item(key: str, kind: ItemKind, parent: str, fields: dict[str, str | None]) -> Item:
    return Item(key, kind, tuple(Field(name, text) for name, text in fields.items() if text), parent)
