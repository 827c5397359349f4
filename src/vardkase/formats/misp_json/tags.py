"""Tags of a document: looked up once, and rendered once each however often attached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Raw

from vardkase.core.sql import array_of, cursor
from vardkase.formats.misp_json.structs import ContextTag, InheritedTag, ListedTag, Tag, encoder
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.taxonomies.colours import COLOUR_SEEN, SEEN_BY


@dataclass(frozen=True, slots=True)
class Attachment:
    """A tag attached to an event, attribute or report: the row of its link table."""

    id: int
    tag_id: int
    local: bool
    relationship_type: str


@dataclass(frozen=True, slots=True)
class TagFacts:
    id: int
    name: str
    colour: str
    exportable: bool
    user_id: int
    hide_tag: bool
    numerical_value: str | None
    is_galaxy: bool
    is_custom_galaxy: bool
    local_only: bool
    org_id: int


class TagLoader:
    """The tags loaded so far for a document; `of_…` load the attachments of many parts in one query."""

    def __init__(self, actor: Actor, *, include_all: bool = False, exclude_local: bool = False) -> None:
        self._reader_org = actor.organisation_id
        self._include_all = include_all
        self._exclude_local = exclude_local
        self._facts: dict[int, TagFacts] = {}
        self._rendered: dict[tuple[type, int, bool, str], Raw] = {}

    def of_events(self, event_ids: Sequence[int]) -> dict[int, list[Attachment]]:
        return self._attachments("event_tag", "event_id", map(str, event_ids))

    def of_attributes(self, attribute_ids: Iterable[str]) -> dict[int, list[Attachment]]:
        return self._attachments("attribute_tag", "attribute_id", attribute_ids)

    def of_reports(self, report_ids: Iterable[str]) -> dict[int, list[Attachment]]:
        return self._attachments("event_report_tag", "event_report_id", report_ids)

    def facts(self, attachment: Attachment) -> TagFacts:
        return self._facts[attachment.tag_id]

    def tag(self, attachment: Attachment) -> Raw:
        return self._cached(Tag, attachment)

    def listed(self, attachment: Attachment) -> Raw:
        return self._cached(ListedTag, attachment)

    def inherited(self, attachment: Attachment) -> Raw:
        return self._cached(InheritedTag, attachment)

    def context(self, attachment: Attachment) -> Raw:
        return self._cached(ContextTag, attachment)

    def attribute_tag(self, attachment: Attachment, attribute_id: str, event_id: str) -> Raw:
        """The complete association, as in objects/view and objects/restSearch."""
        facts = self.facts(attachment)
        row = {
            "id": str(attachment.id),
            "attribute_id": attribute_id,
            "event_id": event_id,
            "tag_id": str(attachment.tag_id),
            "local": attachment.local,
            "relationship_type": attachment.relationship_type,
            "Tag": whole_tag(facts),
        }
        return Raw(encoder.encode(row))

    def _attachments(self, table: str, owner: str, ids: Iterable[str]) -> dict[int, list[Attachment]]:
        # The subquery hides the array's length, or the statement would be planned anew for a short list.
        sql = (
            f"SELECT {owner}, id, tag_id, local, relationship_type FROM {table} "
            f"WHERE {owner} = ANY((SELECT %(ids)s::bigint[])::bigint[]) ORDER BY {owner}, id"
        )
        rows = cursor().execute(sql, {"ids": array_of(ids)}, binary=True).fetchall()
        self._learn({row[2] for row in rows})
        found: dict[int, list[Attachment]] = {}
        for owner_id, *row in rows:
            attachment = Attachment(*row)
            is_excluded = attachment.local and self._exclude_local
            if not is_excluded and (self._include_all or self._facts[attachment.tag_id].exportable):
                found.setdefault(owner_id, []).append(attachment)
        return found

    def _learn(self, tag_ids: Iterable[int]) -> None:
        missing = [tag_id for tag_id in tag_ids if tag_id not in self._facts]
        if missing:
            rows = cursor().execute(TAGS, {"ids": missing, "reader_org": self._reader_org}).fetchall()
            self._facts.update((row[0], TagFacts(*row)) for row in rows)

    def _cached(self, shape: type, attachment: Attachment) -> Raw:
        # A tag looks the same on every part of a document, except for these members of its attachment.
        key = (shape, attachment.tag_id, attachment.local, attachment.relationship_type)
        raw = self._rendered.get(key)
        if raw is None:
            raw = self._rendered[key] = Raw(encoder.encode(self._shaped(shape, attachment)))
        return raw

    def _shaped(self, shape: type, attachment: Attachment) -> Any:
        facts = self.facts(attachment)
        number, name, colour, value = str(facts.id), facts.name, facts.colour, facts.numerical_value
        if shape is ListedTag:
            return ListedTag(number, name, colour, value, facts.is_galaxy, attachment.local)
        if shape is InheritedTag:
            return InheritedTag(number, name, colour, value)
        if shape is ContextTag:
            return ContextTag(attachment.local, number, name, colour, value)
        return Tag(
            number,
            name,
            colour,
            facts.exportable,
            str(facts.user_id),
            facts.hide_tag,
            value,
            facts.is_galaxy,
            facts.is_custom_galaxy,
            facts.local_only,
            attachment.local,
            attachment.relationship_type or None,
        )


def whole_tag(facts: TagFacts) -> dict[str, Any]:
    return {
        "id": str(facts.id),
        "name": facts.name,
        "colour": facts.colour,
        "exportable": facts.exportable,
        "org_id": str(facts.org_id),
        "user_id": str(facts.user_id),
        "hide_tag": facts.hide_tag,
        "numerical_value": facts.numerical_value,
        "is_galaxy": facts.is_galaxy,
        "is_custom_galaxy": facts.is_custom_galaxy,
        "local_only": facts.local_only,
    }


TAGS = f"""
SELECT t.id, name, {COLOUR_SEEN.format(tag="t")}, exportable, user_id, hide_tag, numerical_value::text, is_galaxy,
       is_custom_galaxy, local_only, t.org_id
FROM tag t {SEEN_BY.format(tag="t")} WHERE t.id = ANY(%(ids)s)
"""
