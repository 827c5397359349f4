"""Services that search for a request, in a job, and keep where something was found and whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.correspondence.letters.wording import owner_name
from vardkase.hub.data_protection.requests import mails
from vardkase.hub.data_protection.requests.models import (
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
    FoundItemKind,
)
from vardkase.hub.data_protection.requests.models import DataRequestState as State
from vardkase.hub.data_protection.requests.person import GivenCopy, opened, sealed_copy, term_mark
from vardkase.hub.data_protection.requests.search import Findings, FoundItem, Place, find
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id

AT_ONCE = 1_000
MARKED_PLACES = {
    "attribute": FoundItemKind.ATTRIBUTE,
    "object-attribute": FoundItemKind.ATTRIBUTE,
    "file-name": FoundItemKind.ATTRIBUTE,
    "tag": FoundItemKind.TAG,
    "attribute-tag": FoundItemKind.TAG,
    "report": FoundItemKind.REPORT,
    "report-tag": FoundItemKind.TAG,
    "title": FoundItemKind.TITLE,
    "object": FoundItemKind.OBJECT,
    "proposal": FoundItemKind.PROPOSAL,
    "analyst-data": FoundItemKind.ANALYST_DATA,
}
OF_EVENT = ("title", "tag", "attribute-tag", "report-tag")


def search(actor: Actor, request_id: int) -> int:
    """Search for a request whose search was ordered, and replace what was found before; returns the number of items.

    Does nothing if the request was closed, changed or sent on meanwhile.
    """
    request = DataSubjectRequest.objects.filter(pk=request_id).first()
    if request is None or request.search_ordered_at is None:
        return 0
    terms = opened(request.person).terms
    findings = find(terms)
    with transaction.atomic():
        locked = DataSubjectRequest.objects.select_for_update().get(pk=request_id)
        if locked.search_ordered_at != request.search_ordered_at or locked.state != State.IN_HAND:
            return 0
        locked.controllers.all().delete()
        _keep(locked, findings)
        locked.searched_at, locked.is_cut = timezone.now(), findings.is_cut
        locked.save()
        marks = [term_mark(term) for term in terms]
        change = {"count": len(findings.items), "controllers": locked.controllers.count(), "terms": marks}
        record(actor, DataProtectionAction.DATA_REQUEST_SEARCHED, mails.target_of(locked), change)
    return len(findings.items)


def _keep(request: DataSubjectRequest, findings: Findings) -> None:
    host = host_organisation_id()
    grouped: dict[int | None, list[tuple[Place, FoundItem]]] = defaultdict(list)
    for place, found in findings.items.items():
        # The hub owner answers for what has no other controller, and for what it publishes itself.
        owner = None if place.organisation_id in (None, host) else place.organisation_id
        grouped[owner].append((place, found))
    controllers = {each.organisation_id: each for each in _controllers(request, grouped, host)}
    offences = _offences(findings)
    log = sealed_copy(GivenCopy("", "\n".join(findings.audit_lines))) if findings.audit_lines else ""
    ConcernedItem.objects.bulk_create(
        (
            ConcernedItem(
                controller=controllers[host if owner is None else owner],
                kind=place.kind,
                part_id=place.part_id,
                event_id=found.event_id,
                terms=sorted(found.terms),
                versions=sorted(found.versions),
                is_offence=(place.kind, place.part_id) in offences,
                given=log if place.kind == FoundItemKind.AUDIT else "",
            )
            for owner, places in grouped.items()
            for place, found in places
        ),
        batch_size=AT_ONCE,
    )


def _controllers(
    request: DataSubjectRequest, owners: Iterable[int | None], host: int | None
) -> list[ConcernedController]:
    rows = cursor().execute(CONTROLLERS, {"ids": [host if owner is None else owner for owner in owners]})
    return ConcernedController.objects.bulk_create(
        ConcernedController(
            request=request,
            organisation_id=organisation_id,
            is_hub_owner=organisation_id == host,
            # As in the letter: two names would be two controllers to the reader.
            name=owner_name() if organisation_id == host else name,
            contact_email=email,
        )
        for organisation_id, name, email in rows
    )


def _offences(findings: Findings) -> set[tuple[str, int]]:
    """The items that are marked as data on offences."""
    events = {found.event_id for found in findings.items.values() if found.event_id}
    said = [place.part_id for place in findings.items if place.kind is FoundItemKind.ANALYST_DATA]
    rows = cursor().execute(OFFENCES, {"events": list(events), "said": said}).fetchall()
    return {
        (MARKED_PLACES[place], event_id if place in OF_EVENT else part_id)
        for event_id, place, part_id in rows
        if place in MARKED_PLACES
    }


CONTROLLERS = """
SELECT o.id, o.name, coalesce((
    SELECT c.email FROM contact c WHERE c.organisation_id = o.id AND c.role IN ('data_protection', 'main')
    ORDER BY c.role <> 'data_protection', c.id LIMIT 1
), '')
FROM organisation o WHERE o.id = ANY(%(ids)s::bigint[])
"""
OFFENCES = """
SELECT event_id, place, part_id FROM personal_data_mark
WHERE (event_id = ANY(%(events)s::bigint[]) OR analyst_data_id = ANY(%(said)s::bigint[]))
    AND (says_offence OR tagged_offence) AND denied_at IS NULL
"""
