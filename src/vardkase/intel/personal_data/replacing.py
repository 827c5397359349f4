"""The publisher's other answers to marks: pseudonyms in place of what is marked in an event, or its removal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.bulk_edit import refuse_doubles
from vardkase.intel.editing.deletion import soft_delete_attributes
from vardkase.intel.kernel.attribute_changes import AttributeChanges, collect_change, write_changes
from vardkase.intel.kernel.audiences import attribute_audiences
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import changed_locally, lock_own_event, touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event
from vardkase.intel.personal_data.answers import known_kind, may_answer
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.marking import OF_ATTRIBUTES
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.pseudonyms import is_pseudonym, pseudonym
from vardkase.intel.personal_data.queries import answerable_marks
from vardkase.intel.personal_data.services import complete
from vardkase.intel.personal_data.tags import tags_with, take_off_attributes, take_off_reports
from vardkase.intel.personal_data.texts import replace_in_texts, texts_with
from vardkase.misp.types import category_allows
from vardkase.misp.values import normalise, validate

AT_ONCE = 5_000
MOST = 50_000
"""Marks that one answer may replace."""
REMOVED = "[…]"
ANYTHING = "text"
"""The type of a value that its own type refuses."""

type Span = tuple[str, int, int]
"""The field of an attribute, and where in it."""


class Replacement(TextChoices):
    PSEUDONYM = "pseudonymise", _("Pseudonymise")
    REMOVAL = "remove", _("Remove")


@dataclass(frozen=True, slots=True)
class MarkedParts:
    """What an answer about a kind would change: ids of attributes, and how many other parts of the event."""

    attributes: Sequence[int]
    others: int

    @property
    def count(self) -> int:
        return len(self.attributes) + self.others


def parts_with(actor: Actor, event_id: int, kind: str) -> MarkedParts:
    """Raises NotFound, Forbidden."""
    may_answer(actor, event_id)
    of_kind = known_kind(kind)
    attributes = {*_spans(event_id, of_kind), *tags_with(event_id, of_kind, MarkPlace.ATTRIBUTE_TAG)}
    tagged_reports = _reports(tags_with(event_id, of_kind, MarkPlace.REPORT_TAG))
    return MarkedParts(sorted(attributes), len({*texts_with(event_id, of_kind), *tagged_reports}))


@transaction.atomic
def replace_marked(actor: Actor, event_id: int, kind: str, way: str) -> int:
    """Replace what is marked as `kind` in an own event by pseudonyms, or remove it; returns in how many parts.

    A value that is marked as a whole is removed with its attribute. A tag is taken off either way: its name belongs to
    all who use it. Raises NotFound, Forbidden, NotYours, Invalid,
    Conflict if nothing is marked.
    """
    actor.require_writing(Permission.PUBLISH)
    actor.require(Permission.ADD)
    event = lock_own_event(actor, event_id)
    may_answer(actor, event.pk)
    how, of_kind = Replacement(way), known_kind(kind)
    complete(event.pk)
    spans, texts = _spans(event.pk, of_kind), texts_with(event.pk, of_kind)
    tags, on_reports = (
        tags_with(event.pk, of_kind, place) for place in (MarkPlace.ATTRIBUTE_TAG, MarkPlace.REPORT_TAG)
    )
    marked = [*spans.values(), *texts.values(), *tags.values(), *on_reports.values()]
    if not marked:
        raise Conflict(PersonalDataProblem.NOTHING_TO_REPLACE())
    if sum(map(len, marked)) > MOST:
        raise Invalid({"kind": [PersonalDataProblem.TOO_MANY_TO_REPLACE(most=MOST)]})
    before = attribute_audiences(list(spans))
    for ids in batched(spans, AT_ONCE):
        _replace(actor, event, ids, spans, of_kind, how)
    refuse_doubles(event.pk, list(spans))
    told, replaced = replace_in_texts(actor, event, texts, lambda detail: put(event, of_kind, detail, how))
    untagged = take_off_attributes(actor, event, tags) | take_off_reports(actor, event, on_reports)
    if spans or told is not None or untagged:
        touch(event, before | attribute_audiences(list(spans)) | (told or frozenset()) | untagged)
    else:
        changed_locally(event)
    concerned = [*spans, *(each for each in tags if each not in spans)]
    change = {"kind": of_kind, "way": way, "attributes": concerned[:500], **replaced}
    record(actor, IntelAction.PERSONAL_DATA_REPLACED, event_target(event), change)
    return len(concerned) + len({*texts, *_reports(on_reports)})


def _reports(ids: Iterable[int]) -> set[tuple[str, int]]:
    return {(MarkPlace.REPORT.value, each) for each in ids}


def put(event: Event, kind: PersonalDataKind, detail: str, how: Replacement) -> str:
    """What stands in a text instead of a detail."""
    return pseudonym(event.uuid, kind, detail) if how is Replacement.PSEUDONYM else REMOVED


def _spans(event_id: int, kind: str) -> dict[int, list[Span]]:
    marks = (
        answerable_marks(event_id).filter(kind=kind, place__in=OF_ATTRIBUTES).order_by("part_id", "-start")
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for part_id, field, start, end in marks.values_list("part_id", "field", "start", "end")[: MOST + 1]:
        found[part_id].append((field, start, end))
    return found


def _replace(
    actor: Actor,
    event: Event,
    ids: Sequence[int],
    spans: Mapping[int, Iterable[Span]],
    kind: PersonalDataKind,
    how: Replacement,
) -> None:
    changes, sharing, now = AttributeChanges(), SharingGroups(actor), now_seconds()
    gone: list[int] = []
    for stored in Attribute.objects.filter(pk__in=ids, event=event).order_by("pk"):
        check_time()
        data = _replaced(event, stored, spans[stored.pk], kind, how)
        if data is None:
            gone.append(stored.pk)
        else:
            _collect(changes, stored, data, sharing, now)
    write_changes(event.pk, changes, TagLoader(actor, ()))
    soft_delete_attributes(event.pk, gone)


def _replaced(
    event: Event, stored: Attribute, spans: Iterable[Span], kind: PersonalDataKind, how: Replacement
) -> dict[str, str] | None:
    """The fields as they become; None for an attribute of which nothing is left."""
    texts = {"value": stored.value, "comment": stored.comment}
    new = dict(texts)
    for field, start, end in spans:  # From the end, so that the places before stay right.
        is_whole = field == "value" and (start, end) == (0, len(texts["value"]))
        if how is Replacement.PSEUDONYM:
            put = pseudonym(event.uuid, kind, texts[field][start:end], is_value=is_whole)
        elif is_whole:
            return None
        else:
            put = REMOVED
        new[field] = new[field][:start] + put + new[field][end:]
    return {name: text for name, text in new.items() if text != texts[name]}


def _collect(
    changes: AttributeChanges, stored: Attribute, data: dict[str, Any], sharing: SharingGroups, now: int
) -> None:
    if is_pseudonym(data.get("value", "")) and not keeps(stored.type, data["value"]):
        category = stored.category if category_allows(stored.category, ANYTHING) else "Other"
        data = data | {"type": ANYTHING, "category": category}
    collect_change(changes, stored, data, sharing, now)


def keeps(type_: str, value: str) -> bool:
    """Whether a value of the type may be this one: no pseudonym has the form of a telephone or account number."""
    return normalise(type_, value) == value and validate(type_, value) is None
