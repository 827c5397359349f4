"""Converts document parts to rows: validated, limited to what the actor may use, deduplicated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.conf import settings

from vardkase.core.errors import Invalid, by_field
from vardkase.core.misp_problems import MispProblem, problems_of
from vardkase.core.sql import array_of, cursor
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import FURTHER_OF_ATTRIBUTE, FURTHER_OF_OBJECT, NewAttribute, NewObject
from vardkase.intel.contribution_targets import ContributionTarget
from vardkase.intel.errors import SharingGroupRefused
from vardkase.intel.kernel.attachments import take_data
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.problems import AttributeProblem, IntelProblem
from vardkase.knowledge.import_expressions.applying import import_filter
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.analyst_data import KINDS
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.flags import as_bool
from vardkase.misp.object import parse_object

CONTRIBUTED = frozenset(("Sighting", "ShadowAttribute", *KINDS))
"""The members of a part that other organisations contribute."""

type ValueKey = tuple[str, str, str, str | None]


class Assembler:
    """Builds rows for one event and remembers what it has added, so that duplicates are rejected.

    `known_values` are the values that the event already has (type, category, value1, value2 of live
    attributes outside objects). With `strict_sharing` a part with a sharing group the actor may not use
    rejects the whole request (SharingGroupRefused); otherwise the part is limited to the own organisation.
    """

    def __init__(
        self,
        actor: Actor,
        *,
        now: int,
        rejections: Rejections,
        known_values: Iterable[ValueKey] = (),
        strict_sharing: bool = False,
    ) -> None:
        self._strict_sharing = strict_sharing
        self.now = now
        self.rejections = rejections
        self.sharing = SharingGroups(actor)
        self.filter = import_filter()
        self._default_distribution = settings.VARDKASE_DEFAULT_ATTRIBUTE_DISTRIBUTION
        # Hashes of 64 bits, to limit the memory for large documents; that two parts of one event share one will not
        # happen.
        self._values = set(map(hash, known_values))
        self._uuids: set[int] = set()
        self._contributed: list[ContributionTarget] = []

    def attributes(self, parts: object, place: str) -> list[NewAttribute]:
        return self.numbered_attributes(numbered_parts(parts, place), place)

    def numbered_attributes(self, numbered: Iterable[tuple[str, Any]], place: str) -> list[NewAttribute]:
        rows: list[NewAttribute] = []
        enforced: list[tuple[str, NewAttribute]] = []
        for key, part in numbered:
            if (row := self.new_attribute(part, key)) is not None:
                rows.append(row)
                if "enforceWarninglist" in part and as_bool(part["enforceWarninglist"]):
                    enforced.append((key, row))
        if enforced:
            rows = self._without_warned(rows, enforced)
        return self._without_taken_uuids("attribute", rows, place)

    def objects(self, parts: object, place: str) -> list[NewObject]:
        """Rows for a list of objects with their attributes; an object left without any is dropped."""
        numbered = numbered_parts(parts, place)
        rows = [row for key, part in numbered if (row := self.new_object(part, key)) is not None]
        return self.free_objects(rows, place)

    def free_objects(self, rows: list[NewObject], place: str = "Object") -> list[NewObject]:
        rows = self._without_taken_uuids("object", rows, place)
        taken = taken_uuids("attribute", [attribute.uuid for row in rows for attribute in row.attributes])
        if taken:
            for row in rows:
                row.attributes = [attribute for attribute in row.attributes if attribute.uuid not in taken]
        return [row for row in rows if row.attributes or row.deleted]

    def new_attribute(self, data: object, place: str, *, in_object: bool = False) -> NewAttribute | None:
        try:
            return self.attribute_or_refuse(data, in_object=in_object)
        except SharingGroupRefused:
            raise
        except Invalid as refused:
            self.rejections.add(place, by_field(refused, "value"))
            return None

    def attribute_or_refuse(self, data: object, *, in_object: bool = False) -> NewAttribute:
        if not isinstance(data, dict):
            raise Invalid({"type": [MispProblem.NO_TYPE()]})
        data, data_sha256 = take_data(data)
        row = parse_attribute(
            data,
            NewAttribute,
            now=self.now,
            default_distribution=self._default_distribution,
            rewrite=self.filter,
            further=FURTHER_OF_ATTRIBUTE,
        )
        if isinstance(row, dict):
            raise Invalid(problems_of(row))
        row.data_sha256 = data_sha256
        if self._strict_sharing:
            self.sharing.required(row.distribution, row.sharing_group_id, row.group_block)
        self._complete(row)
        if not in_object and not row.deleted:
            self._claim_value(row)
        self._claim_uuid(row.uuid)
        self.note_contributions(row.uuid, data)
        return row

    def note_contributions(
        self, uuid: str, data: Mapping[str, Any], kind: str = "Attribute", place: str = ""
    ) -> None:
        """Remember the part `data` if it came with sightings, proposals or analyst data of other
        organisations."""
        if not CONTRIBUTED.isdisjoint(data) and any(map(data.get, CONTRIBUTED)):
            self._contributed.append(ContributionTarget(kind, uuid, data, place))

    def take_contributed(self) -> list[ContributionTarget]:
        taken, self._contributed = self._contributed, []
        return taken

    def know_values(self, values: Iterable[ValueKey]) -> None:
        self._values.update(map(hash, values))

    def new_attribute_in(self, object_id: int, data: object, place: str) -> NewAttribute | None:
        row = self.new_attribute(data, place, in_object=True)
        if row is None:
            return None
        if taken_uuids("attribute", [row.uuid]):
            self.rejections.add(place, {"uuid": [IntelProblem.UUID_TAKEN()]})
            return None
        row.object_id = object_id
        return row

    def new_object(self, data: object, place: str) -> NewObject | None:
        if not isinstance(data, dict):
            return None
        row = parse_object(data, NewObject, now=self.now, further=FURTHER_OF_OBJECT)
        if isinstance(row, dict):
            self.rejections.add(place, problems_of(row))
            return None
        self._complete(row)
        try:
            self._claim_uuid(row.uuid)
        except Invalid as refused:
            self.rejections.add(place, by_field(refused, "uuid"))
            return None
        self.note_contributions(row.uuid, data, "Object", place)
        row.attributes = self.object_attributes(data.get("Attribute"), row, f"{place}.Attribute")
        row.references = [part for _, part in numbered_parts(data.get("ObjectReference"), place)]
        return row

    def object_attributes(self, parts: object, row: NewObject, place: str) -> list[NewAttribute]:
        rows = []
        for key, part in numbered_parts(parts, place):
            attribute = self.new_attribute(part, key, in_object=True)
            if attribute is None:
                continue
            attribute.deleted = attribute.deleted or row.deleted
            rows.append(attribute)
        return rows

    def _complete(self, row: NewAttribute | NewObject) -> None:
        """Give the row what its document left open, and a distribution that the actor may use."""
        row.uuid = row.uuid or str(uuid4())
        row.timestamp = row.timestamp or self.now
        row.distribution, row.sharing_group_id = self.sharing.limited(
            row.distribution, row.sharing_group_id, row.group_block
        )

    def _claim_value(self, row: NewAttribute) -> None:
        key = hash((row.type, row.category, row.value1, row.value2))
        if key in self._values:
            raise Invalid({"value": [AttributeProblem.DUPLICATE()]})
        self._values.add(key)

    def _claim_uuid(self, uuid: str) -> None:
        key = hash(uuid)
        if key in self._uuids:
            raise Invalid({"uuid": [IntelProblem.UUID_TAKEN()]})
        self._uuids.add(key)

    def _without_warned(
        self, rows: list[NewAttribute], enforced: Sequence[tuple[str, NewAttribute]]
    ) -> list[NewAttribute]:
        hits = find_hits([CheckedValue(row.value, row.type) for _, row in enforced])
        for position in hits:
            self.rejections.add(enforced[position][0], {"warninglist": [AttributeProblem.WARNED()]})
        # By identity: rows compare by content, and cannot be hashed.
        warned = {id(enforced[position][1]) for position in hits}
        return [row for row in rows if id(row) not in warned]

    def _without_taken_uuids[Row: (NewAttribute, NewObject)](
        self, table: str, rows: list[Row], place: str
    ) -> list[Row]:
        taken = taken_uuids(table, [row.uuid for row in rows])
        for uuid in taken:
            self.rejections.add(f"{place}.{uuid}", {"uuid": [IntelProblem.UUID_TAKEN()]})
        return [row for row in rows if row.uuid not in taken] if taken else rows


def numbered_parts(parts: object, place: str) -> Iterator[tuple[str, Any]]:
    """Each element of a list, a numbered map (as PHP clients send lists), or one bare document, with its
    place."""
    if isinstance(parts, dict):
        parts = (
            list(parts.values()) if parts and all(isinstance(v, dict) for v in parts.values()) else [parts]
        )
    if isinstance(parts, Sequence) and not isinstance(parts, str | bytes):
        for number, part in enumerate(parts):
            yield f"{place}.{number}", part


def taken_uuids(table: str, uuids: Sequence[str]) -> set[str]:
    if not uuids:
        return set()
    # In the order of the index: each look-up then finds the pages of the one before at hand.
    wanted = array_of(sorted(uuids))
    rows = cursor().execute(f"SELECT uuid::text FROM {table} WHERE uuid = ANY(%s::uuid[])", (wanted,))
    return {row[0] for row in rows}


def known_values(event_id: int, values: Iterable[str]) -> set[ValueKey]:
    rows = cursor().execute(
        """
        SELECT type, category, value1, value2 FROM attribute
        WHERE event_id = %s AND object_id IS NULL AND NOT deleted AND value1 = ANY(%s)
        """,
        (event_id, list(values)),
    )
    return set(rows.fetchall())


def mentioned_tags(parts: Iterable[NewAttribute]) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield from part.tags
