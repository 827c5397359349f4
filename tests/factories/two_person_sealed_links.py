"""Two-person actions on sealed links."""

from __future__ import annotations

from collections.abc import Callable

from pyrage.x25519 import Identity

from tests.factories.content_access import in_browser
from tests.factories.sealed_links import code_for, sealed_link, with_officer_key
from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.hub.sealed_links.keys import propose_key, propose_withdrawal
from vardkase.hub.sealed_links.models import OfficerKey, SealOpening
from vardkase.hub.sealed_links.opening import propose_opening


def key(people: People) -> Setup:
    made = Identity.generate()
    public, code = str(made.to_public()), code_for(in_browser(people.officer.user), made)
    return people.by_officers(
        lambda who: propose_key(who, public, code, WHY),
        OfficerKey.objects.count,
        page=("/sealed-links/own/", {"recipient": public, "code": code, "reason": WHY}),
    )


def withdrawal(people: People) -> Setup:
    with_officer_key(people.desk.second.user)
    pk = OfficerKey.objects.get().pk
    return people.by_officers(
        lambda who: propose_withdrawal(who, pk, WHY),
        lambda: OfficerKey.objects.filter(withdrawn_at=None).count(),
        page=(f"/sealed-links/own/{pk}/withdraw/", {"reason": WHY}),
    )


def opening(people: People) -> Setup:
    for each in (people.officer.user, people.jurist.user):
        with_officer_key(each)
    about = sealed_link()
    return people.by_officers(
        lambda who: propose_opening(who, about, WHY),
        SealOpening.objects.count,
        page=("/sealed-links/open/", {"uuid": str(about), "reason": WHY}),
    )


SEALED_LINK_SCENES: dict[str, Callable[[People], Setup]] = {
    "add_officer_key": key,
    "withdraw_officer_key": withdrawal,
    "open_sealed_link": opening,
}
