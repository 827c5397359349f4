"""membershipLetters/*: letters not delivered by mail. Not in MISP; the names are ours."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Date, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.hub.correspondence.letters.delivery import note_delivery, undelivered
from vardkase.hub.correspondence.letters.resending import resend
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.misp.flags import as_int


class DeliveryNote(Body, kw_only=True):
    how: Mandatory[Text] = ""
    on: Date
    note: Text = ""


@endpoint("membershipLetters/undelivered", staff=EDITORS)
def index(call: Call) -> Json:
    """List the letters that have not been delivered, oldest first."""
    return Json(
        [
            {
                "Letter": {
                    "id": str(letter.pk),
                    "number": letter.number,
                    "title": letter.title,
                    "about": letter.thing_kind,
                    "about_id": str(letter.thing_id),
                    "at": letter.at.isoformat(),
                }
            }
            for letter in undelivered(call.actor)
        ]
    )


@endpoint(
    "membershipLetters/delivered",
    staff=EDITORS,
    writes=True,
    describes=Description(
        "`how` is post, handed or other; `on` the day (2027-01-31).",
        url="/membershipLetters/delivered/[letter_id]",
    ),
)
def delivered(call: Call, letter_id: str, *, body: DeliveryNote) -> Json:
    """Record that a letter was delivered by other means than mail."""
    delivery = note_delivery(call.actor, as_int(letter_id) or 0, body.how, body.on, body.note)
    return Json(
        {"Delivery": {"letter": delivery.letter.number, "how": delivery.how, "on": delivery.on.isoformat()}}
    )


@endpoint(
    "membershipLetters/resend",
    staff=EDITORS,
    writes=True,
)
def send_again(call: Call, letter_id: str) -> Json:
    """Mail an undelivered letter again; `mails` is how many mails were queued."""
    return Json({"mails": resend(call.actor, as_int(letter_id) or 0)})
