"""personalDataMarks/*: personal data that were found in an event, and what the publisher answers. Not in MISP."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.personal_data import services
from vardkase.intel.personal_data.models import PersonalDataMark
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.queries import marks_in_event
from vardkase.intel.personal_data.replacing import Replacement, replace_marked
from vardkase.intel.queries.find import find_event

PROFILES = EVERY

ABOUT_NECESSITY = Description(
    "POST a kind of personal data and a reason to this API to state why all unanswered marks of the kind in the event "
    "are necessary.",
    url="/personalDataMarks/stateNecessity/[event_id]",
)
ABOUT_TAKING_BACK = Description(
    "POST a kind of personal data to this API to take back the answer about its marks in the event.",
    url="/personalDataMarks/takeBack/[event_id]",
)


ABOUT_REPLACING = Description(
    "POST a kind of personal data and a `way` (pseudonymise or remove) to this API to replace what is marked as such "
    "in the attributes of the event.",
    url="/personalDataMarks/replace/[event_id]",
)


class MarkKindBody(Body, kw_only=True):
    model = "PersonalDataMark"

    kind: Mandatory[Text] = ""


class NecessityBody(MarkKindBody, kw_only=True):
    reason: Mandatory[Text] = ""


class MarkReplacementBody(MarkKindBody, kw_only=True):
    way: Mandatory[Text] = ""


class MarkList(Paging, kw_only=True):
    pass


@endpoint("personalDataMarks/index", requires=(Permission.PUBLISH,))
def index(call: Call, event_id: str, *, params: MarkList) -> Json:
    """List the marks in an event that the caller may publish: what kind of personal data is where, never the
    value."""
    marks = marks_in_event(call.actor, event_id)
    ids = params.of(list(marks.values_list("pk", flat=True)), LARGEST)
    return Json([_document(mark) for mark in marks.filter(pk__in=ids)])


@endpoint(
    "personalDataMarks/stateNecessity",
    requires=(Permission.PUBLISH,),
    writes=True,
    describes=ABOUT_NECESSITY,
)
def state_necessity(call: Call, event_id: str, *, body: NecessityBody) -> Json:
    """State why the personal data of a kind in an event are necessary."""
    event = find_event(call.actor, event_id)
    count = services.state_necessity(call.actor, event.id, body.kind, body.reason)
    return Json({"saved": True, "success": True, "message": f"{count} marks answered.", "answered": count})


@endpoint(
    "personalDataMarks/takeBack", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_TAKING_BACK
)
def take_back(call: Call, event_id: str, *, body: MarkKindBody) -> Json:
    """Take back the answer about the personal data of a kind in an event."""
    event = find_event(call.actor, event_id)
    count = services.take_back_answer(call.actor, event.id, body.kind)
    return Json(
        {"saved": True, "success": True, "message": f"{count} marks unanswered.", "unanswered": count}
    )


@endpoint("personalDataMarks/replace", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_REPLACING)
def replace(call: Call, event_id: str, *, body: MarkReplacementBody) -> Json:
    """Replace the personal data of a kind in the attributes of an event by pseudonyms, or remove them."""
    event = find_event(call.actor, event_id)
    if body.way not in Replacement.values:
        raise Invalid({"way": [PersonalDataProblem.UNKNOWN_WAY(known=", ".join(Replacement.values))]})
    count = replace_marked(call.actor, event.id, body.kind, body.way)
    return Json({"saved": True, "success": True, "message": f"{count} attributes changed.", "changed": count})


def _document(mark: PersonalDataMark) -> dict[str, Any]:
    answerer = mark.answered_by
    return {
        "PersonalDataMark": {
            "id": str(mark.pk),
            "event_id": str(mark.event_id),
            "place": mark.place,
            "part_id": str(mark.part_id),
            "field": mark.field,
            "kind": mark.kind,
            "start": mark.start,
            "end": mark.end,
            "offence": mark.says_offence or mark.tagged_offence,
            "reason": mark.reason,
            "answered_by": answerer.email if answerer else None,
            "answered_at": mark.answered_at and mark.answered_at.isoformat(),
        }
    }
