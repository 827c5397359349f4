"""Services for declaring a spill: from then on nobody reads the event."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.limits import Limit
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import SpillAction
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.case_files.services import open_case_file
from vardkase.hub.guard.detectors import examine
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.spills import mails
from vardkase.hub.spills.holders import collect
from vardkase.hub.spills.models import Spill, SpillKind, SpillOrigin
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.queries import open_spill_of
from vardkase.hub.spills.rules import SPILL, may_handle
from vardkase.hub.spills.tasks import order_requests
from vardkase.identity.access.actor import Actor
from vardkase.intel.hooks import EventQuarantined
from vardkase.intel.models import Event, EventVersion
from vardkase.intel.problems import EventProblem
from vardkase.intel.queries.find import Reference, is_reference, matches
from vardkase.intel.queries.last_version import event_to_read
from vardkase.intel.rules import is_open_unpublished
from vardkase.intel.services.quarantine import quarantine
from vardkase.misp.distribution import Distribution

SHORTEST, LONGEST = 10, 2_000
DECLARED = Limit("spills declared", allowed=20, window=3600)
MOST_PLACES = 200


@transaction.atomic
def declare(actor: Actor, reference: Reference, *, kind: str, reason: str) -> Spill:
    """Declare that an event holds classified information; nobody reads it from here on.

    Everybody who may read the event may do so, and officers for any event, whether they may read it or not. Raises
    NotFound, Invalid by field, Conflict for an event that is in quarantine, Forbidden after too many within an hour.
    """
    actor.require_own_affairs()
    if kind not in SpillKind.values:
        raise Invalid({"kind": [SpillProblem.NO_SUCH_KIND(choices=SpillKind.values)]})
    event = _locked(actor, reference)
    if event.quarantined or open_spill_of(event.pk):
        raise Conflict(SpillProblem.ALREADY_OPEN())
    # Whoever declares everything they see would stop the hub; officers are those who would be called.
    if not may_handle(actor) and DECLARED.spend(actor.user_id or actor.name).is_exceeded:
        raise Forbidden(SpillProblem.TOO_MANY(count=DECLARED.allowed))
    spill = _opened(actor, event, SpillOrigin.DECLARED, kind, checked_reason(event, reason))
    could_be_read = event.published or is_open_unpublished(event.distribution)
    quarantine(actor, event)
    _begin(actor, spill, event, could_be_read=could_be_read)
    return spill


def open_received(quarantined: EventQuarantined) -> None:
    """Open the spill of an event that was put in quarantine because of a marking; keep what it was like before."""
    event = Event.objects.get(pk=quarantined.event_id)
    spill = open_spill_of(event.pk)
    is_new = spill is None
    if spill is None:
        spill = _opened(quarantined.actor, event, SpillOrigin.RECEIVED, SpillKind.UNSURE, "")
    spill.was_published = quarantined.was_published
    spill.was_being_changed = quarantined.was_being_changed
    spill.was_to_be = quarantined.was_to_be
    spill.save(update_fields=["was_published", "was_being_changed", "was_to_be"])
    if is_new:
        _begin(quarantined.actor, spill, event, could_be_read=quarantined.was_published)


def checked_reason(event: Event, text: str) -> str:
    reason = text.replace("\r\n", "\n").strip()
    if not SHORTEST <= len(reason) <= LONGEST or "\0" in reason:
        raise Invalid({"reason": [SpillProblem.REASON_LENGTH(most=LONGEST)]})
    # It outlasts the event, and is read by people who never could read that.
    if len(event.info) >= SHORTEST and event.info.lower() in reason.lower():
        raise Invalid({"reason": [SpillProblem.NO_CONTENT()]})
    return reason


def _locked(actor: Actor, reference: Reference) -> Event:
    if not is_reference(str(reference)):
        raise NotFound(EventProblem.NOT_FOUND())
    if may_handle(actor):
        sql = f"SELECT e.id FROM event e WHERE {matches('e', reference)}"
        found = cursor().execute(sql, {"reference": reference}).fetchone()
        event_id = found[0] if found else 0
    else:
        event_id = _own_in_quarantine(actor, reference) or event_to_read(actor, reference)
    event = Event.objects.select_for_update(of=("self",)).select_related("orgc").filter(pk=event_id).first()
    if event is None:
        raise NotFound(EventProblem.NOT_FOUND())
    return event


def _own_in_quarantine(actor: Actor, reference: Reference) -> int:
    """An event of the actor's organisation that is in quarantine already; 0 if there is none. Others are not told."""
    sql = f"SELECT e.id FROM event e WHERE {matches('e', reference)} AND e.quarantined AND e.org_id = %(own)s"
    found = cursor().execute(sql, {"reference": reference, "own": actor.organisation_id}).fetchone()
    return int(found[0]) if found else 0


def _opened(actor: Actor, event: Event, origin: SpillOrigin, kind: str, reason: str) -> Spill:
    findings = examine(event.pk, Distribution.ORGANISATION, only_known_files=True)
    places = [(each.place.value, each.id) for each in findings if each.stops and each.is_marking]
    versions = EventVersion.objects.filter(event_uuid=event.uuid).order_by("-version")[:MOST_PLACES]
    return Spill.objects.create(
        number=_next_number(),
        origin=origin,
        kind=kind,
        reason=reason,
        event_id=event.pk,
        event_uuid=event.uuid,
        organisation_id=event.org_id,
        creator=event.orgc.name,
        published=[{"at": each.published_at, "by": each.published_by} for each in versions],
        places=[{"place": place, "id": number} for place, number in dict.fromkeys(places[:MOST_PLACES])],
        declared_by=actor.user_id,
        declared_by_name=actor.name[:255],
        declared_for_id=actor.organisation_id or None,
    )


def _begin(actor: Actor, spill: Spill, event: Event, *, could_be_read: bool) -> None:
    collect(spill, event.distribution, event.sharing_group_id, could_be_read=could_be_read)
    note_in_history(
        actor,
        SPILL,
        spill,
        SpillAction.SPILL_DECLARED,
        spill.reason,
        event=event.pk,
        uuid=str(event.uuid),
        kind=spill.kind,
        origin=spill.origin,
    )
    title = gettext("Spill %(number)s") % {"number": spill.number}
    # Before the mails, which are filed in it.
    open_case_file(
        actor, CaseKind.SPILL, title, SPILL.kind, spill.pk, spill.organisation, number=spill.number
    )
    mails.notify_officers(actor, spill)
    mails.ask_holders(actor, spill)
    order_requests(spill.pk)


def _next_number() -> str:
    year = today().year
    cursor().execute("SELECT pg_advisory_xact_lock(hashtext('spill numbers'))")
    last = cursor().execute(LAST_NUMBER, {"year": f"S-{year}-%"}).fetchone()
    return f"S-{year}-{(int(last[0]) if last and last[0] else 0) + 1:05d}"


LAST_NUMBER = "SELECT max(split_part(number, '-', 3)::int) FROM spill WHERE number LIKE %(year)s"
