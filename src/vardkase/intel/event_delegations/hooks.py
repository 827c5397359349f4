"""Hook points of delegation for higher layers, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class DelegationRequested:
    event_id: int
    requester_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class DelegationAnswered:
    """`organisation_id` has taken over the event of `requester_id`, or declined to."""

    event_id: int
    requester_id: int
    organisation_id: int
    accepted: bool


delegation_requested: Hook[DelegationRequested] = Hook("delegation_requested")
delegation_answered: Hook[DelegationAnswered] = Hook("delegation_answered")
