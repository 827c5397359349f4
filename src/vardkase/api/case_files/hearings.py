"""caseHearings/*: parties that were asked to comment before a decision against them (25 § förvaltningslagen).

They are asked on the pages of the decision that is intended; comments that arrive in another way are recorded here too.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import File, Mandatory, Moment, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.hub.case_files.hearings import services
from vardkase.hub.case_files.hearings.models import Hearing
from vardkase.hub.case_files.hearings.queries import find_hearing, hearings, is_over
from vardkase.misp.flags import as_int

A_PAGE = 100


class HearingQuery(Paging, kw_only=True):
    case_number: Text = ""


class RecordedComment(Body, kw_only=True):
    model = "HearingAnswer"

    who: Mandatory[Text] = ""
    text: Text = ""
    data: File = b""
    media_type: Text = "application/octet-stream"
    file_name: Text = ""
    occurred_at: Moment | None = None


@endpoint(
    "caseHearings/index",
    allowed_while_suspended=True,
    describes=Description("`case_number` narrows the list to one case."),
)
def index(call: Call, *, params: HearingQuery) -> Json:
    """List the requests for comments in the cases that the caller reads, newest first, 100 to a page."""
    limit, offset = params.limit_and_offset(A_PAGE)
    rows = hearings(call.actor, case_number=params.case_number)[offset : offset + limit]
    return Json([{"Hearing": _row(row)} for row in rows])


@endpoint(
    "caseHearings/view", allowed_while_suspended=True, describes=Description(url="/caseHearings/view/[id]")
)
def view(call: Call, hearing_id: str) -> Json:
    """Return one request for comments, with the documents shown to the party and its answers."""
    return Json({"Hearing": _row(find_hearing(call.actor, as_int(hearing_id) or 0))})


@endpoint(
    "caseHearings/answer",
    writes=True,
    allowed_while_suspended=True,
    body=BodyLimits.FILES,
    describes=Description(
        "`text` or `data` (a file in Base64, up to 20 MB) is needed; `occurred_at` is when it arrived (now).",
        url="/caseHearings/answer/[id]",
    ),
)
def answer(call: Call, hearing_id: str, *, body: RecordedComment) -> Json:
    """File comments of the party that reached the authority in another way than the hub."""
    found = find_hearing(call.actor, as_int(hearing_id) or 0)
    given = services.Answer(
        text=body.text,
        content=body.data,
        media_type=body.media_type if body.data else "text/plain",
        file_name=body.file_name,
    )
    services.record_answer(call.actor, found.pk, body.who, given, body.occurred_at)
    return Json({"Hearing": _row(find_hearing(call.actor, found.pk))})


def _row(hearing: Hearing) -> dict[str, Any]:
    return {
        "id": str(hearing.pk),
        "case_number": hearing.case_file.number,
        "intended": hearing.intended,
        "letter": hearing.letter.number,
        "asked_at": hearing.at.isoformat(),
        "asked_by": hearing.opened_by,
        "answer_by": hearing.answer_by.isoformat(),
        "answered_at": hearing.answered_at and hearing.answered_at.isoformat(),
        "concluded_at": hearing.concluded_at and hearing.concluded_at.isoformat(),
        "may_be_decided": is_over(hearing),
        "shown_documents": [each.number for each in hearing.documents.all()],
        "answers": [each.document.number for each in hearing.answers.all()],
    }
