"""From a membership to what its organisation may do: the only place that says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from vardkase.hub.membership.members.models import MembershipState, RestrictionCause, RestrictionKind
from vardkase.identity.organisations.standing import Standing


class Facts(NamedTuple):
    """What an organisation may do, and why."""

    may_read: bool
    may_write: bool
    may_sync: bool
    standing: Standing


class Limit(NamedTuple):
    """A restriction that holds."""

    kind: str
    cause: str


SHUT_OUT = (False, False, False)
KNOCKS = (False, False, True)
"""One that is being connected may try its connection, and gets nothing through it."""


def facts_of(state: str, limits: Iterable[Limit]) -> Facts:
    """What a membership in `state` under `limits` lets its organisation do."""
    if state == MembershipState.TERMINATED:
        return Facts(*SHUT_OUT, Standing.TERMINATED)
    held = set(limits)
    kinds = {each.kind for each in held}
    if state == MembershipState.SUSPENDED or RestrictionKind.SUSPENDED in kinds:
        return Facts(*SHUT_OUT, Standing.SUSPENDED)
    if state == MembershipState.ONBOARDING:
        return Facts(*KNOCKS, Standing.ONBOARDING)
    may_write, may_sync = RestrictionKind.READ_ONLY not in kinds, RestrictionKind.NO_SYNC not in kinds
    only_statement = {each.cause for each in held} == {RestrictionCause.STATEMENT}
    return Facts(True, may_write, may_sync, WORDS[may_write, may_sync, only_statement])


WORDS = {
    (True, True, False): Standing.FULL,
    (False, True, False): Standing.READ_ONLY,
    (True, False, False): Standing.NO_SYNC,
    (False, False, False): Standing.READ_ONLY_NO_SYNC,
    (False, True, True): Standing.STATEMENT_EXPIRED,
    (True, False, True): Standing.NO_SYNC,
    (False, False, True): Standing.STATEMENT_LAPSED,
}
"""By may_write, may_sync, and whether an expired statement alone is the cause."""
