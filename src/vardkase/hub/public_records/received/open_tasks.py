"""Members whose legal form leaves open whether they are authorities, for the officers' inbox."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.assessments.access import organisations_of_interest
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind
from vardkase.hub.public_records.received.authorities import connected_authorities
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole


def _to_decide(actor: Actor) -> Iterator[OfficeTask]:
    partial = organisations_of_interest(actor)
    for one in connected_authorities():
        if one.needs_decision and one.is_authority is None and one.organisation_id not in partial:
            yield OfficeTask(
                reference=str(one.organisation_id),
                title=one.name,
                path=f"/public-records/authorities/{one.organisation_id}/decide/",
            )


TO_DECIDE = TaskKind(
    name="connected_authority",
    label=_("Members to be assessed as authorities"),
    noun=_("Member to be assessed as an authority"),
    duties=frozenset({StaffRole.LEGAL_OFFICER}),
    source=_to_decide,
    view="authorities",
)
