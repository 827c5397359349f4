"""events/contact: a message to the creator of an event."""

from __future__ import annotations

from vardkase.api.answers import Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyText, Flag, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.mail.services import TooManyMessages
from vardkase.intel.services.contact import contact_reporter

SENT = "Email sent to the reporter."
"""MISP says so as well when it sends no mail and when nobody wants it; here a `notice` says so."""

DISABLED = "This instance has no mail server: nothing was mailed."
NOBODY = "Nobody receives mail about this event: nothing was mailed."
ON_HUB = "The creator sees the message on this instance."


class ContactBody(Body, kw_only=True):
    model = "Event"

    message: Mandatory[AnyText] = None
    person: Flag = False


@endpoint(
    "events/contact",
    writes=True,
    describes=Description(
        "Write to the creator of an event, or to those of its organisation who want such messages.",
        url="/events/contact/[event_id]",
    ),
)
def contact(call: Call, event_id: str, *, body: ContactBody) -> Saved:
    """Contact the organisation that created an event; with ``"person": 1`` only the user who created it."""
    try:
        result = contact_reporter(call.actor, event_id, body.message, creator_only=body.person)
    except Invalid as invalid:
        raise SaveFailed("contact Event", f"/events/contact/{event_id}", invalid.errors) from invalid
    except TooManyMessages as refused:
        raise MispError(429, refused.wire, headers={"Retry-After": str(refused.wait)}) from refused
    notice = DISABLED if result.disabled else "" if result.recipients else NOBODY
    if notice and result.readers:
        notice = f"{notice} {ON_HUB}"
    extra = {"notice": notice} if notice else {}
    return saved(SENT, f"/events/contact/{result.event_id}", id=str(result.event_id), **extra)
