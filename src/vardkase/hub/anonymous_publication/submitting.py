"""Submitting: the one way into the queue. Nothing about it is written anywhere before the next slot."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import Submission
from vardkase.identity.access.actor import Actor


def submit(actor: Actor, submission: Submission) -> None:
    """Keep `submission` in the memory of this process until the next slot.

    `actor` is asked for permission, and is not kept. Raises Forbidden, Invalid if it is too large, Conflict if too much
    waits here.
    """
    require_open(actor)
    slots.keep(submission)


def require_open(actor: Actor) -> None:
    actor.require_writing()
    if not ENABLED.value:
        raise Forbidden(AnonymousProblem.OFF())
