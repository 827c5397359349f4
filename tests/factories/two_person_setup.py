"""Who takes part in two-person actions, and what a test of one needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.factories.memberships import Desk, make_desk, staff_of
from tests.factories.seed import ApiUser, Seed
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

WHY = "Beslutat i ledningsgruppen."

type Way = tuple[str, dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything needed to try the action: `page` and `api` are an address and its data, None where no such way
    exists; `command` is empty where there is none. `state` is what the action changes.
    """

    proposer: ApiUser
    second: User
    propose: Callable[[Actor], object]
    state: Callable[[], object]
    page: Way = None
    api: Way = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The people that every setup may use."""

    seed: Seed
    desk: Desk
    jurist: ApiUser

    @property
    def officer(self) -> ApiUser:
        return self.desk.officer

    def by_officers(
        self, propose: Callable[[Actor], object], state: Callable[[], object], **ways: Any
    ) -> Setup:
        return Setup(self.officer, self.jurist.user, propose, state, **ways)


def gather(seed: Seed) -> People:
    desk = make_desk(seed)
    return People(seed, desk, staff_of(seed, "jurist@hub.example", "legal_officer"))
