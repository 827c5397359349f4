"""Queries for officers' keys, sealed links and openings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.sealed_links.key_proofs import is_proven
from vardkase.hub.sealed_links.models import OfficerKey, SealedLink, SealOpening
from vardkase.hub.sealed_links.problems import SealedLinkProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import OVERSEE, StaffRole
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.models import Event
from vardkase.misp.distribution import Distribution

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
READ_BY_ALL = (Distribution.COMMUNITY, Distribution.CONNECTED, Distribution.ALL)
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SealStatus:
    """`valid`: officers with a key for new links; `lasting`: of those, how many have one in a month; `unopenable`:
    links of which fewer than two keys are left; `frail`: those of which exactly two are left."""

    valid: int
    lasting: int
    links: int
    unopenable: int
    frail: int

    @property
    def openable(self) -> int:
        return self.links - self.unopenable

    @property
    def is_in_use(self) -> bool:
        return bool(self.links or self.valid)


def key_holders() -> QuerySet[User]:
    """Officers of the organisation that runs the hub: whose keys count."""
    return officers().filter(org=host_organisation_id() or 0)


def valid_keys() -> list[OfficerKey]:
    """Those that new links are sealed to, one of each officer."""
    now = timezone.now()
    usable = (key for key in usable_keys() if key.replaced_at is None and key.expires_at > now)
    return sorted(usable, key=lambda key: key.fingerprint)


def usable_keys() -> list[OfficerKey]:
    """Those that open what has been sealed to them, whether or not they are used for new links."""
    return [key for key in _not_withdrawn() if is_proven(key)]


def forged_keys() -> int:
    """How many the hub has not entered itself."""
    return sum(not is_proven(key) for key in _not_withdrawn())


def status() -> SealStatus:
    valid = valid_keys()
    owners = {key.fingerprint: key.owner_id for key in usable_keys()}
    links = unopenable = frail = 0
    # As many groups as there have been sets of keys.
    for keys, count in SealedLink.objects.values_list("keys").annotate(n=Count("pk")).order_by():
        left = len({owners[key] for key in keys if key in owners})
        links += count
        unopenable += count if left < 2 else 0
        frail += count if left == 2 else 0
    lasting = sum(key.expires_at > timezone.now() + SOON for key in valid)
    return SealStatus(len(valid), lasting, links, unopenable, frail)


def require_reading(actor: Actor) -> None:
    """Raises Forbidden for all but officers and auditors: no operator, and nobody at the console."""
    if actor.user_id is None or actor.staff.isdisjoint(OVERSEE):
        raise Forbidden(SealedLinkProblem.NOT_AN_OFFICER())


def keys(actor: Actor) -> QuerySet[OfficerKey]:
    require_reading(actor)
    return OfficerKey.objects.all()


def find_key(actor: Actor, pk: int) -> OfficerKey:
    key = keys(actor).filter(pk=pk).first()
    if key is None:
        raise NotFound(SealedLinkProblem.NO_SUCH_KEY())
    return key


def own_key(actor: Actor) -> OfficerKey | None:
    return OfficerKey.objects.filter(owner=actor.user_id or 0, replaced_at=None, withdrawn_at=None).first()


def openings(actor: Actor) -> QuerySet[SealOpening]:
    require_reading(actor)
    return SealOpening.objects.select_related("outer_key", "inner_key")


def find_opening(actor: Actor, pk: int) -> SealOpening:
    opening = openings(actor).filter(pk=pk).first()
    if opening is None:
        raise NotFound(SealedLinkProblem.NO_SUCH_OPENING())
    return opening


def find_link(about: UUID) -> SealedLink:
    link = SealedLink.objects.filter(about=about).first()
    if link is None:
        raise NotFound(SealedLinkProblem.NO_SUCH_LINK())
    return link


def public_titles(about: Collection[UUID]) -> dict[UUID, str]:
    """Of those events that everybody on the hub reads: no officer learns of another by its link."""
    events = Event.objects.filter(
        uuid__in=about, published=True, withheld=False, quarantined=False, distribution__in=READ_BY_ALL
    )
    return dict(events.values_list("uuid", "info"))


def _not_withdrawn() -> QuerySet[OfficerKey]:
    return OfficerKey.objects.filter(withdrawn_at=None, owner__in=key_holders())
