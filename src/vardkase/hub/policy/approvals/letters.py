"""Mail about requests: to those who may decide, and to who asked."""

from __future__ import annotations

from vardkase.hub.policy.models import Approval
from vardkase.identity.access.actor import Actor


def tell_deciders(actor: Actor, approval: Approval) -> None:
    """Mail the people who may decide about a new request."""


def tell_requester(actor: Actor | None, approval: Approval) -> None:
    """Mail who asked what became of the request."""
