"""Several authorities with requests about the same event: who is told, who takes part, what they write to each other.

The hub owner's legal officers see which authorities have requests about it, and nothing of the cases. An authority sees
the others that take part, once it takes part itself. Each decides alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.public_records.cases import mails
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    CaseState,
    Coordination,
    CoordinationMessage,
    CoordinationParty,
    RecordsCase,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.texts import text_of
from vardkase.hub.public_records.officers.problems import RecordsOfficerProblem
from vardkase.hub.public_records.officers.rules import authority_of, require_writing_officer
from vardkase.hub.public_records.release.items import ItemKind
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id

MOST_MESSAGES = 20
"""From one authority an hour."""
RECENT = timedelta(days=365)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the actor is in a coordination: of the hub owner, and with a case of their own that takes part or not."""

    is_hub_owner: bool
    own_parties: list[CoordinationParty]

    @property
    def takes_part(self) -> bool:
        return self.is_hub_owner or any(party.joined_at for party in self.own_parties)


@transaction.atomic
def note_material(actor: AuditActor, case: RecordsCase, event_uuid: UUID) -> None:
    """Called when material of an event is copied into a case: if another authority has an open one about it, they and
    the hub owner are told."""
    cursor().execute(LOCK, (f"records coordination {event_uuid}",))
    items = CaseItem.objects.filter(event_uuid=event_uuid, case__asked_at__gte=timezone.now() - RECENT)
    holding = items.exclude(case__state=CaseState.CLOSED).order_by("case")
    found = {row.case_id: row.case.authority_id for row in holding.distinct("case").select_related("case")}
    found[case.pk] = case.authority_id
    if len(set(found.values())) < 2:
        return
    coordination, _ = Coordination.objects.get_or_create(event_uuid=event_uuid)
    known = set(coordination.parties.values_list("case", flat=True))
    new = {pk: authority for pk, authority in found.items() if pk not in known}
    if not new:
        return
    CoordinationParty.objects.bulk_create(
        CoordinationParty(coordination=coordination, case_id=pk) for pk in new
    )
    mails.tell_of_coordination(actor, coordination, set(new.values()), "records_coordination")


def forget_material(case: RecordsCase, event_uuids: Collection[UUID]) -> None:
    """Called when items are taken out of a case: it is no party any more of an event that it has nothing of, unless it
    takes part already."""
    still = set(case.items.filter(event_uuid__in=event_uuids).values_list("event_uuid", flat=True))
    gone = CoordinationParty.objects.filter(case=case, joined_at=None)
    gone.filter(coordination__event_uuid__in=set(event_uuids) - still).delete()


def coordinations(actor: Actor) -> QuerySet[Coordination]:
    """Those that the actor may know of, newest first. Raises Forbidden."""
    authority = authority_of(actor)
    if not authority:
        raise Forbidden(RecordsOfficerProblem.NOT_AN_OFFICER())
    rows = Coordination.objects.prefetch_related("parties__case__authority").order_by("-pk")
    if authority == host_organisation_id():
        return rows
    return rows.filter(
        pk__in=CoordinationParty.objects.filter(case__authority=authority).values("coordination")
    )


def find_coordination(actor: Actor, pk: int) -> Coordination:
    return first_or_not_found(coordinations(actor).filter(pk=pk), RecordsProblem.NO_SUCH_COORDINATION())


def standing(authority: int, coordination: Coordination) -> Standing:
    """`authority` is the one that the actor handles requests for."""
    own = [party for party in coordination.parties.all() if party.case.authority_id == authority]
    return Standing(authority == host_organisation_id(), own)


def names_of_parties(authority: int, coordination: Coordination) -> list[tuple[str, bool]]:
    """The authorities that this one may know of, each with whether it takes part; by name."""
    place = standing(authority, coordination)
    found: dict[str, bool] = {}
    for party in coordination.parties.all():
        joined = party.joined_at is not None
        is_known = place.is_hub_owner or party.case.authority_id == authority or (place.takes_part and joined)
        if is_known:
            name = party.case.authority.name
            found[name] = found.get(name, False) or joined
    return sorted(found.items())


def own_titles(authority: int, rows: Collection[Coordination]) -> dict[UUID, str]:
    """The titles of the events that this authority has copied into a case of its own."""
    items = CaseItem.objects.filter(
        case__authority=authority, kind=ItemKind.EVENT, event_uuid__in={row.event_uuid for row in rows}
    )
    return dict(items.order_by("pk").values_list("event_uuid", "title"))


def messages_of(actor: Actor, coordination: Coordination) -> list[CoordinationMessage]:
    """Newest last; none for an authority that does not take part."""
    if not standing(authority_of(actor), coordination).takes_part:
        return []
    rows = coordination.messages.select_related("organisation").order_by("-pk")
    open_spills = Spill.objects.filter(event_uuid=coordination.event_uuid, state=SpillState.OPEN)
    if spill := open_spills.first():
        rows = rows.filter(at__gte=spill.declared_at)
    return list(reversed(rows[:200]))


@transaction.atomic
def join(actor: Actor, pk: int) -> Coordination:
    """Take part: the other participants, and the hub owner, see the authority's name. Raises NotFound, Forbidden."""
    authority = require_writing_officer(actor)
    coordination = find_coordination(actor, pk)
    own = coordination.parties.filter(case__authority=authority, joined_at=None)
    if own.update(joined_at=timezone.now(), joined_by=actor.name):
        record(actor, RecordsAction.RECORDS_CASE_COORDINATED, _target(coordination), {"joined": True})
    return coordination


@transaction.atomic
def write(actor: Actor, pk: int, text: str) -> CoordinationMessage:
    """Raises NotFound, Forbidden, Invalid by field, Conflict unless the authority takes part."""
    authority = require_writing_officer(actor)
    coordination = find_coordination(actor, pk)
    if not standing(authority, coordination).takes_part:
        raise Conflict(RecordsProblem.NOT_TAKING_PART())
    written = text_of(text, "text")
    cursor().execute(LOCK, (f"records coordination {coordination.event_uuid}",))
    since = timezone.now() - timedelta(hours=1)
    if coordination.messages.filter(organisation=authority, at__gte=since).count() >= MOST_MESSAGES:
        raise Conflict(RecordsProblem.TOO_MANY_MESSAGES())
    made = CoordinationMessage.objects.create(
        coordination=coordination, organisation_id=authority, text=written, by=actor.name
    )
    record(actor, RecordsAction.RECORDS_CASE_COORDINATED, _target(coordination), {"message": made.pk})
    joined = coordination.parties.exclude(joined_at=None).exclude(case__authority=authority)
    others = set(joined.values_list("case__authority", flat=True))
    mails.tell_of_coordination(actor, coordination, others, "records_coordination_message")
    return made


def _target(coordination: Coordination) -> Target:
    return Target("records_coordination", coordination.pk)
