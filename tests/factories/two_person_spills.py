"""Two-person actions on spills."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories import make_event
from tests.factories.memberships import at_the_screen
from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.hub.spills import deciding
from vardkase.hub.spills.declaring import declare
from vardkase.hub.spills.models import Spill, SpillKind, SpillState
from vardkase.hub.spills.records import record_ground, record_report


def _spill(people: People) -> Spill:
    event = make_event(people.seed.org_a, info="något", published=True)
    event.save()
    return declare(at_the_screen(people.officer), event.pk, kind=SpillKind.NATO, reason=WHY)


def _setup(people: People, spill: Spill, name: str, propose: Callable[..., object]) -> Setup:
    return people.by_officers(
        lambda who: propose(who, spill.pk, WHY),
        lambda: Spill.objects.get(pk=spill.pk).state == SpillState.OPEN,
        page=(f"/spills/{spill.pk}/{name}/", {"reason": WHY}),
    )


def releasing(people: People) -> Setup:
    return _setup(people, _spill(people), "release", deciding.propose_release)


def deleting(people: People) -> Setup:
    spill, officer = _spill(people), at_the_screen(people.officer)
    record_ground(officer, spill.pk, "RA-MS 2026:99")
    record_report(officer, spill.pk, not_because="Uppenbart falskt larm.")
    return _setup(people, spill, "delete", deciding.propose_deletion)


SPILL_SCENES: dict[str, Callable[[People], Setup]] = {"delete_spill": deleting, "release_spill": releasing}
