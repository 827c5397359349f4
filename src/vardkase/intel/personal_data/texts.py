"""Replaces what is marked in the title, the event's tags, reports and comments of objects of a locked event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from vardkase.core.clock import now_seconds
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.tagging import require_may_tag
from vardkase.intel.kernel.audiences import READERS, Audiences, object_audiences, report_audiences
from vardkase.intel.models import Event, EventReport, EventTag, Object
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import answerable_marks

IN_TEXTS = (MarkPlace.TITLE, MarkPlace.TAG, MarkPlace.REPORT, MarkPlace.OBJECT)
AT_ONCE = 500
LONGEST_NAME = 255

type Part = tuple[str, int]
"""Place and id of what holds a text."""
type Spans = Sequence[tuple[str, int, int]]
"""The field, and where in it, from the end."""


def texts_with(event_id: int, kind: str) -> dict[Part, Spans]:
    marks = answerable_marks(event_id).filter(kind=kind, place__in=IN_TEXTS).order_by("part_id", "-start")
    found: dict[Part, list[tuple[str, int, int]]] = defaultdict(list)
    for place, part_id, field, start, end in marks.values_list("place", "part_id", "field", "start", "end"):
        found[place, part_id].append((field, start, end))
    return dict(found)


def replace_in_texts(
    actor: Actor, event: Event, texts: Mapping[Part, Spans], put: Callable[[str], str]
) -> tuple[Audiences | None, dict[str, Any]]:
    """`put`: what stands instead of a detail. Returns who may know of it, None if only local tags were taken off, and
    what is said of it in the audit log."""
    by_place: dict[str, dict[int, Spans]] = defaultdict(dict)
    for (place, part_id), spans in texts.items():
        by_place[place][part_id] = spans
    told: Audiences = frozenset()
    if titles := by_place.get(MarkPlace.TITLE):
        event.info = replaced(event.info, ((start, end) for _, start, end in titles[0]), put)
        event.save(update_fields=["info"])
        told |= READERS
    is_known = _take_off(actor, event, by_place.get(MarkPlace.TAG, {}))
    reports, objects = by_place.get(MarkPlace.REPORT, {}), by_place.get(MarkPlace.OBJECT, {})
    _rewrite(EventReport.objects.filter(event=event), reports, put)
    _rewrite(Object.objects.filter(event=event), objects, put)
    told |= report_audiences(reports) | object_audiences(objects) | (READERS if is_known else frozenset())
    change = {place: len(parts) for place, parts in by_place.items()}
    only_local = by_place.keys() == {MarkPlace.TAG} and not is_known
    return None if only_local or not by_place else told, {"places": change} if change else {}


def replaced(text: str, spans: Iterable[tuple[int, int]], put: Callable[[str], str]) -> str:
    """`spans` from the end, so that the places before stay right."""
    for start, end in spans:
        text = text[:start] + put(text[start:end]) + text[end:]
    return text


def _take_off(actor: Actor, event: Event, tags: Mapping[int, Spans]) -> bool:
    """Returns whether others than this hub see it."""
    links = EventTag.objects.filter(event=event, tag__in=list(tags))
    held = set(links.values_list("local", flat=True))
    if held:
        actor.require(Permission.TAGGER)
    for local in held:
        require_may_tag(actor, event, local=local)
    links.delete()
    return False in held


def _rewrite[Holder: (EventReport, Object)](
    of_event: QuerySet[Holder], parts: Mapping[int, Spans], put: Callable[[str], str]
) -> None:
    fields = {"timestamp"}
    rows = list(of_event.filter(pk__in=list(parts)))
    for row in rows:
        check_time()
        for field in {field for field, _, _ in parts[row.pk]}:
            spans = ((start, end) for name, start, end in parts[row.pk] if name == field)
            text = replaced(getattr(row, field), spans, put)
            setattr(row, field, text[:LONGEST_NAME] if field == "name" else text)
            fields.add(field)
        row.timestamp = now_seconds()
    if rows:
        of_event.bulk_update(rows, fields, batch_size=AT_ONCE)
