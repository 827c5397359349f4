"""Reads of spills: officers see all, an organisation's administrators those that concern it, people their own."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind
from vardkase.hub.spills.models import SETTLED, HolderKind, Spill, SpillHolder, SpillState
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.rules import may_handle
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole


def spills(actor: Actor) -> QuerySet[Spill]:
    """What the actor may know of. Nobody learns anything of the content here."""
    found = Spill.objects.select_related("organisation", "declared_for")
    if may_handle(actor):
        return found
    if actor.user_id is None or not actor.organisation_id:
        return found.none()
    own = Q(declared_by=actor.user_id)
    if actor.may(Permission.ADMIN):
        concerned = SpillHolder.objects.filter(
            organisation=actor.organisation_id, kind=HolderKind.ORGANISATION
        )
        own |= Q(organisation=actor.organisation_id) | Q(declared_for=actor.organisation_id)
        own |= Q(pk__in=concerned.values("spill"))
    return found.filter(own)


def find_spill(actor: Actor, pk: int) -> Spill:
    found = spills(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    return found


def holders_of(spill: Spill) -> QuerySet[SpillHolder]:
    return spill.holders.select_related("organisation").order_by("kind", "name", "pk")


def own_holders(actor: Actor, spill: Spill) -> QuerySet[SpillHolder]:
    """The lines that the actor's organisation answers for."""
    if not actor.may(Permission.ADMIN):
        return spill.holders.none()
    return holders_of(spill).filter(organisation=actor.organisation_id, kind=HolderKind.ORGANISATION)


def open_spill_of(event_id: int) -> Spill | None:
    return Spill.objects.filter(event_id=event_id, state=SpillState.OPEN).first()


def is_cleared(event_id: int, version: int) -> bool:
    """Whether two people have found that this version of the event holds nothing classified."""
    return Spill.objects.filter(
        event_id=event_id, state=SpillState.RELEASED, cleared_version=version
    ).exists()


def unsettled(spill: Spill) -> QuerySet[SpillHolder]:
    return spill.holders.filter(is_settled=False).exclude(answer__in=SETTLED)


def waiting_for(actor: Actor) -> int:
    return spills(actor).filter(state__in=UNFINISHED).count() if may_handle(actor) else 0


def _open_tasks(actor: Actor) -> Iterator[OfficeTask]:
    if may_handle(actor):
        for spill in spills(actor).filter(state__in=UNFINISHED).order_by("declared_at"):
            # Promptly: what has not been reported yet is due now.
            yield OfficeTask(
                reference=str(spill.pk),
                title=spill.number,
                path=f"/spills/{spill.pk}/",
                since=spill.declared_at,
                deadline=None if is_reported(spill) else spill.declared_at,
            )


def is_reported(spill: Spill) -> bool:
    return bool(spill.reported_at or spill.not_reported_because)


UNFINISHED = (SpillState.OPEN, SpillState.DELETED)
TASKS = TaskKind(
    name="spill",
    label=_("Suspected spills of classified information"),
    noun=_("Suspected spill"),
    duties=frozenset({StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER}),
    source=_open_tasks,
    view="spills",
)
