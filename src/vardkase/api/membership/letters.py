"""membershipLetters/*: letters not delivered by mail. Not in MISP; the names are ours."""

from __future__ import annotations

from datetime import date

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.correspondence.letters.delivery import note_delivery, undelivered
from vardkase.hub.correspondence.letters.resending import resend
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.misp.flags import as_int


@endpoint("membershipLetters/undelivered", staff=EDITORS)
def index(call: Call) -> Answer:
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
        ("how", "on"),
        ("note",),
        "/membershipLetters/delivered/[letter_id]",
    ),
)
def delivered(call: Call) -> Answer:
    """Record that a letter was delivered by other means than mail."""
    texts = {name: str(call.param(name) or "") for name in ("how", "on", "note")}
    try:
        day = date.fromisoformat(texts["on"])
    except ValueError:
        raise Invalid({"on": [ApiProblem.NOT_A_DAY(name="on")]}) from None
    delivery = note_delivery(call.actor, as_int(call.arg(0)) or 0, texts["how"], day, texts["note"])
    return Json(
        {"Delivery": {"letter": delivery.letter.number, "how": delivery.how, "on": delivery.on.isoformat()}}
    )


@endpoint(
    "membershipLetters/resend",
    staff=EDITORS,
    writes=True,
    describes=Description(url="/membershipLetters/resend/[letter_id]"),
)
def send_again(call: Call) -> Answer:
    """Mail an undelivered letter again; `mails` is how many mails were queued."""
    return Json({"mails": resend(call.actor, as_int(call.arg(0)) or 0)})
