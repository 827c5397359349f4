"""events/contact: a message to the creator of an event."""

from __future__ import annotations

from vardkase.api.answers import Answer, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.mail.services import TooManyMessages
from vardkase.intel.services.contact import contact_reporter
from vardkase.misp.flags import as_bool

SENT = "Email sent to the reporter."
"""MISP says so as well when it sends no mail and when nobody wants it; here a `notice` tells."""

DISABLED = "This instance has no mail server: nothing was sent."
NOBODY = "Nobody receives messages about this event: nothing was sent."


@endpoint(
    "events/contact",
    writes=True,
    describes=Description(
        "Write to the creator of an event, or to those of its organisation who want such messages.",
        ("message",),
        ("person",),
        url="/events/contact/[event_id]",
    ),
)
def contact(call: Call) -> Answer:
    """Contact the organisation that created an event; with ``"person": 1`` only the user who created it."""
    data = call.data("Event")
    creator_only = as_bool(data.get("person"))
    try:
        result = contact_reporter(call.actor, call.arg(0), data.get("message"), creator_only=creator_only)
    except Invalid as invalid:
        raise SaveFailed("contact Event", f"/events/contact/{call.arg(0)}", invalid.errors) from invalid
    except TooManyMessages as refused:
        raise MispError(429, refused.wire, headers={"Retry-After": str(refused.wait)}) from refused
    notice = DISABLED if result.disabled else "" if result.recipients else NOBODY
    extra = {"notice": notice} if notice else {}
    return saved(SENT, f"/events/contact/{result.event_id}", id=str(result.event_id), **extra)
