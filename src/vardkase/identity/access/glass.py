"""Content access granted to an account that otherwise reads no content ("break-glass", hub.md section 1).

The record is the key. An operator's Actor goes on reading nothing; in a request that only reads it carries a `Glass`,
through which nothing is seen either until an event is looked up. Looking it up writes down that it is read, in the
same statement that asks whether the grant still holds and reaches that event, and only then does the visibility rule
let that one event through, in that one request. So what is not on record has not been read, whichever way it is asked
for: lists, searches, counts, exports, jobs and whatever writes look nothing up, and stay shut.

Who grants it, and where reads are put down, is known above (`hub.content_access`), which says so here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vardkase.identity.access.actor import Actor, Glass
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.staff import StaffRole

READING_CREDENTIALS = frozenset({Credential.BROWSER, Credential.API_KEY, Credential.READ_ONLY_KEY})
"""What somebody reads with who was granted it: neither the console nor a job is them."""


type GlassMaker = Callable[[Actor, str], Glass]
"""An operator, and what they ask for ("events/view") → their glass."""

_makers: list[GlassMaker] = []


def glass_is_made_by(maker: GlassMaker) -> None:
    """Register the source of content access grants, once, when the applications are ready."""
    _makers[:] = [maker]


def for_reading(actor: Actor, what: str) -> Actor:
    """`actor` for a read-only request, described by `what`: operators get the content access granted to them."""
    is_operator = actor.is_content_blind and StaffRole.OPERATOR in actor.staff
    if not (is_operator and _makers and actor.credential in READING_CREDENTIALS):
        return actor
    return replace(actor, glass=_makers[0](actor, what))
