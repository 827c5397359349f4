"""Content access granted to an account that otherwise reads no content ("break-glass", hub.md section 1).

An operator's Actor reads nothing by itself. In a read-only request it carries a `ContentAccess`, which shows nothing
either until an event is looked up. The lookup records the reading in the same statement that checks that the grant is
still valid and covers the event, and only then does the visibility rule let that one event through, in that one
request. Lists, searches, counts, exports, jobs and writes look nothing up, so that they show nothing: what is not on
record has not been read.

Who grants access, and where readings are recorded, is decided in a higher layer (`hub.content_access`), which registers
its factory here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vardkase.identity.access.actor import Actor, ContentAccess
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.staff import StaffRole

READING_CREDENTIALS = frozenset({Credential.BROWSER, Credential.API_KEY, Credential.READ_ONLY_KEY})
"""The credentials of a person with a grant: neither the console nor a job is that person."""


type ContentAccessFactory = Callable[[Actor, str], ContentAccess]
"""An operator, and what they ask for ("events/view") → their content access."""

_makers: list[ContentAccessFactory] = []


def register_content_access_factory(maker: ContentAccessFactory) -> None:
    """Register the source of content access grants, once, when the applications are ready."""
    _makers[:] = [maker]


def for_reading(actor: Actor, what: str) -> Actor:
    """`actor` for a read-only request, described by `what`: operators get the content access granted to them."""
    is_operator = actor.may_not_read_content and StaffRole.OPERATOR in actor.staff
    if not (is_operator and _makers and actor.credential in READING_CREDENTIALS):
        return actor
    return replace(actor, content_access=_makers[0](actor, what))
