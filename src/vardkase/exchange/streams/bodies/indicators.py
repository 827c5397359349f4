"""Single attributes as indicators for SIEMs: the common part of ECS and CEF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from vardkase.core.sql import SqlQuery
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.formats.misp_json import AttributeOptions, Deleted, attribute_pages
from vardkase.misp.tlp import strictest_label

OPTIONS = AttributeOptions(include_context=True, include_event_tags=True, deleted=Deleted.BOTH)
TLP = "tlp:"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An attribute with its event, as returned by attributes/restSearch with context."""

    attribute: dict[str, Any]

    @property
    def uuid(self) -> str:
        return str(self.attribute["uuid"])

    @property
    def type(self) -> str:
        return str(self.attribute["type"])

    @property
    def value(self) -> str:
        return str(self.attribute["value"])

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = self.attribute["Event"]
        return found

    @property
    def provider(self) -> str:
        return str(self.event["Orgc"]["name"])

    @property
    def tags(self) -> list[str]:
        return [tag["name"] for tag in self.attribute.get("Tag", ())]

    @property
    def tlp(self) -> str:
        return strictest_label(self.tags).upper()

    @property
    def changed(self) -> datetime:
        return datetime.fromtimestamp(int(self.attribute["timestamp"]), UTC)

    @property
    def is_gone(self) -> bool:
        return bool(self.attribute["deleted"])

    @property
    def parts(self) -> tuple[str, str]:
        """Both values of a composite type; the second is empty for others."""
        first, _, second = self.value.partition("|") if "|" in self.type else (self.value, "", "")
        return first, second


def indicators(reader: StreamReader, chosen: SqlQuery | list[int]) -> Iterator[list[Indicator]]:
    for page in attribute_pages(reader.actor, chosen, OPTIONS):
        yield [Indicator(attribute) for attribute in msgspec.json.decode(msgspec.json.encode(page))]
