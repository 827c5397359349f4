"""Erases again what was erased for a data subject, in a hub that was restored from a backup made before it.

What was searched for is known from the journal, which is encrypted as the backups are. It is taken out of the texts;
attributes of which nothing is left are deleted. Where that is not possible, the place is named for people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.formats.misp_json.rewriting import rewrite_version
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.journal import Deletion, Details
from vardkase.hub.data_protection.requests.answering import CHANGES
from vardkase.hub.data_protection.requests.models import ConcernedItem, DataSubjectRequest
from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.hub.data_protection.requests.person import opened
from vardkase.hub.data_protection.requests.search import compiled_patterns, texts_of
from vardkase.hub.data_protection.requests.terms import SearchTerm, TermKind
from vardkase.identity.access.job_actors import hub_actor
from vardkase.intel.models import Event, EventVersion
from vardkase.intel.personal_data.expiring import (
    expire_attributes,
    expire_comments,
    expire_note,
    expire_objects,
    expire_proposals,
    expire_reports,
    expire_title,
)
from vardkase.intel.personal_data.replacing import REMOVED
from vardkase.intel.proposals.models import ProposalComment

NAMES = frozenset({"uuid", "type", "category", "object_relation", "distribution", "meta-category"})
"""Fields of a version's document that hold no text."""
LONGEST_LIST = 20


def describe(number: str) -> Details:
    request = DataSubjectRequest.objects.filter(pk=int(number.removeprefix("PU-"))).first()
    if request is None or not request.person:
        return {}
    items = ConcernedItem.objects.filter(
        controller__request=request, controller__answered_at__isnull=False, answers__outcome__in=CHANGES
    )
    columns = (
        "kind",
        "part_id",
        "event_id",
        "versions",
        "controller__organisation_id",
        "controller__is_hub_owner",
    )
    return {
        "terms": [[term.kind, term.text] for term in opened(request.person).terms],
        "items": [list(row) for row in items.order_by("pk").distinct().values_list(*columns)],
    }


class Erased:
    """Texts without what was searched for, in the form in which the end of a retention period is carried out."""

    def __init__(self, terms: Sequence[SearchTerm]) -> None:
        self._compiled = compiled_patterns(terms)

    def in_attribute(
        self, event_uuid: UUID, _type: str, value: str, comment: str
    ) -> tuple[str | None, str] | None:
        if any(each.fullmatch(value) for each in self._compiled):
            return None, ""
        left = self.in_text(event_uuid, value), self.in_text(event_uuid, comment)
        if left == (None, None):
            return None
        return (value if left[0] is None else left[0], comment if left[1] is None else left[1])

    def in_text(self, _event_uuid: UUID, text: str) -> str | None:
        found = text
        for each in self._compiled:
            found = each.sub(REMOVED, found)
        return None if found == text else found

    def in_document(self, part: Any, uuid: UUID) -> int:
        count = 0
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(value, dict | list):
                count += self.in_document(value, uuid)
            elif (
                isinstance(value, str)
                and key not in NAMES
                and (left := self.in_text(uuid, value)) is not None
            ):
                part[key] = left
                count += 1
        return count


def erase_again(deletion: Deletion) -> str:
    """Returns the places, in words, where it is still found."""
    if not deletion.details:
        return gettext("What was erased for the data subject in %(number)s has to be erased again.") % {
            "number": deletion.number
        }
    terms = [SearchTerm(TermKind(kind), text) for kind, text in deletion.details["terms"]]
    items = [tuple(row) for row in deletion.details["items"]]
    erased, by_event = Erased(terms), defaultdict[int, list[tuple[Any, ...]]](list)
    target = Target("data_subject_request", title=deletion.number)
    record(hub_actor(), BackupAction.DELETION_REPEATED, target, {"places": len(items)})
    for row in items:
        if row[0] == Kind.ANALYST_DATA:
            expire_note(row[1], erased)
        elif row[2]:
            by_event[row[2]].append(row)
    for event in Event.objects.select_for_update().filter(pk__in=by_event).order_by("pk"):
        _erase_in(event, by_event[event.pk], erased)
    if left := list(_left(items, terms)):
        return gettext("What was erased for the data subject in %(number)s is still here: %(places)s.") % {
            "number": deletion.number,
            "places": ", ".join(left[:LONGEST_LIST]),
        }
    return ""


def _erase_in(event: Event, items: Iterable[tuple[Any, ...]], erased: Erased) -> None:
    parts: dict[str, list[int]] = defaultdict(list)
    for kind, part_id, _event_id, versions, *_controller in items:
        parts[kind] += versions if kind == Kind.VERSION else [part_id]
    expire_attributes(hub_actor(), event, parts[Kind.ATTRIBUTE], erased)
    if parts[Kind.TITLE]:
        expire_title(event, erased)
    expire_objects(event, parts[Kind.OBJECT], erased)
    expire_reports(event, parts[Kind.REPORT], erased)
    expire_proposals(event, parts[Kind.PROPOSAL], erased)
    comments = ProposalComment.objects.filter(proposal__in=parts[Kind.PROPOSAL])
    expire_comments(event, list(comments.values_list("pk", flat=True)), erased)
    published = EventVersion.objects.filter(event_uuid=event.uuid, version__in=parts[Kind.VERSION])
    for pk in published.values_list("pk", flat=True):
        rewrite_version(pk, lambda document: erased.in_document(document, event.uuid))


def _left(items: Sequence[tuple[Any, ...]], terms: Sequence[SearchTerm]) -> Iterable[str]:
    groups: dict[tuple[str, int | None, bool], list[int]] = defaultdict(list)
    for kind, part_id, _event_id, _versions, organisation, is_hub_owner in items:
        if kind not in (Kind.VERSION, Kind.AUDIT):
            groups[kind, organisation, is_hub_owner].append(part_id)
    for (kind, organisation, is_hub_owner), ids in groups.items():
        found = texts_of(Kind(kind), ids, terms, organisation, with_hubs_own=is_hub_owner)
        yield from (f"{Kind(kind).label} {part_id}" for part_id in sorted(found))
