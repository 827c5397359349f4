"""Classifies the parts of a merged document as new, changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vardkase.core.errors import Invalid, by_field
from vardkase.intel.columns import NewAttribute, NewObject
from vardkase.intel.editing.deletion import soft_delete_object
from vardkase.intel.kernel.attribute_assembler import Assembler, known_values, numbered_parts
from vardkase.intel.kernel.attribute_changes import AttributeChanges, collect_change, is_newer, sent_uuid
from vardkase.intel.kernel.audiences import Audiences
from vardkase.intel.models import Attribute, Event, Object
from vardkase.intel.problems import IntelProblem
from vardkase.intel.services.objects_merge import ObjectBefore, merge_object_header
from vardkase.knowledge.import_expressions.applying import ImportFilter
from vardkase.misp.flags import as_bool
from vardkase.misp.values import normalise, split


class PartsMerger:
    """Takes a document apart against a locked event. Afterwards:

    `attributes` and `objects` are new and wait to be written; `changes` are stored attributes that change;
    `references` are (object id, object uuid, document). Stored objects that change or are deleted are written at
    once; `changed_objects` are those that change, each with its former state, and `audiences` those who read the
    deleted ones.
    """

    def __init__(self, event: Event, assembler: Assembler) -> None:
        self.event = event
        self.assembler = assembler
        self.attributes: list[NewAttribute] = []
        self.objects: list[NewObject] = []
        self.changes = AttributeChanges()
        self.references: list[tuple[int, str, Any]] = []
        self.changed_objects: list[tuple[Object, ObjectBefore]] = []
        self.audiences: Audiences = frozenset()

    def take(self, data: Mapping[str, Any]) -> None:
        self._take_attributes(data.get("Attribute"))
        self._take_objects(data.get("Object"))

    def _take_attributes(self, parts: object) -> None:
        numbered = dict(numbered_parts(parts, "Attribute"))
        stored = self._stored_attributes(numbered.values())
        new: list[Any] = []
        for place, part in numbered.items():
            known = stored.get(sent_uuid(part))
            if known is None:
                new.append(part)
            elif known.object_id is None:
                self._change(known, part, place)
            else:
                self.assembler.rejections.add(place, {"uuid": [IntelProblem.UUID_TAKEN()]})
        self.assembler.know_values(known_values(self.event.pk, _first_values(new, self.assembler.filter)))
        # Assigned, not added to: the attributes of stored objects are taken later, in `_take_objects`.
        self.attributes = self.assembler.attributes(new, "Attribute")

    def _take_objects(self, parts: object) -> None:
        numbered = dict(numbered_parts(parts, "Object"))
        uuids = [uuid for part in numbered.values() if (uuid := sent_uuid(part))]
        stored = {str(o.uuid): o for o in Object.objects.filter(event=self.event, uuid__in=uuids)}
        new = []
        for place, part in numbered.items():
            known = stored.get(sent_uuid(part))
            if known is None:
                new.append(part)
                continue
            self.assembler.note_contributions(str(known.uuid), part, "Object", place)
            if is_newer(part, known.timestamp):
                self._merge_object(known, part, place)
        self.objects = self.assembler.objects(new, "Object")

    def _merge_object(self, known: Object, part: dict[str, Any], place: str) -> None:
        before = ObjectBefore.of(self.event, known)
        if as_bool(part.get("deleted")) and not known.deleted:
            self.audiences |= before.audiences
            ids = Attribute.objects.filter(object=known, deleted=False).values_list("pk", flat=True)
            soft_delete_object(known, list(ids))
            return
        merge_object_header(known, part, self.assembler.sharing, self.assembler.now)
        self.changed_objects.append((known, before))
        numbered = dict(numbered_parts(part.get("Attribute"), f"{place}.Attribute"))
        stored = self._stored_attributes(numbered.values())
        for key, attribute in numbered.items():
            inside = stored.get(sent_uuid(attribute))
            if inside is None:
                if (row := self.assembler.new_attribute_in(known.pk, attribute, key)) is not None:
                    self.attributes.append(row)
            elif inside.object_id == known.pk:
                self._change(inside, attribute, key)
        self.references += [
            (known.pk, str(known.uuid), reference)
            for _, reference in numbered_parts(part.get("ObjectReference"), place)
        ]

    def _change(self, known: Attribute, part: dict[str, Any], place: str) -> None:
        self.assembler.note_contributions(str(known.uuid), part)
        if not is_newer(part, known.timestamp):
            return
        try:
            collect_change(self.changes, known, part, self.assembler.sharing, self.assembler.now)
        except Invalid as refused:
            self.assembler.rejections.add(place, by_field(refused, "value"))

    def _stored_attributes(self, parts: Any) -> dict[str, Attribute]:
        uuids = [uuid for part in parts if (uuid := sent_uuid(part))]
        return {str(a.uuid): a for a in Attribute.objects.filter(event=self.event, uuid__in=uuids)}


def _first_values(parts: Sequence[Any], rewrite: ImportFilter) -> list[str]:
    typed = (
        (part["type"], part["value"])
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("type"), str) and isinstance(part.get("value"), str)
    )
    return [
        split(kind, kept)[0]
        for kind, value in typed
        if (kept := rewrite(kind, normalise(kind, value))) is not None
    ]
