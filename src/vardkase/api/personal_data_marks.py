"""personalDataMarks/*: personal data that were found in an event, and what the publisher answers. Not in MISP."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Number, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.personal_data import answers, contributions
from vardkase.intel.personal_data.answers import MarksOfEvent
from vardkase.intel.personal_data.contributions import MarkedContribution, MarksOfContribution
from vardkase.intel.personal_data.models import PersonalDataMark
from vardkase.intel.personal_data.problems import PersonalDataProblem
from vardkase.intel.personal_data.queries import marks_in_event
from vardkase.intel.personal_data.replacing import Replacement, parts_with, replace_marked
from vardkase.intel.queries.find import find_event
from vardkase.intel.undo.services import undo as undo_change
from vardkase.intel.undo.services import undoable

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
    "in the event: in attributes, comments, the title, tags and reports. `undo` in the answer is what to send to "
    "personalDataMarks/undo.",
    url="/personalDataMarks/replace/[event_id]",
)
ABOUT_DENIAL = Description(
    "POST a kind of personal data and a reason to this API to state that its marks in the event, which seem to concern "
    "an offence, do not. What they are in is no longer withheld from organisations without a legal ground.",
    url="/personalDataMarks/notOffence/[event_id]",
)
ABOUT_SUSPECTING_AGAIN = Description(
    "POST a kind of personal data to this API to take back the statement that its marks in the event do not concern an "
    "offence.",
    url="/personalDataMarks/takeBackNotOffence/[event_id]",
)
ABOUT_UNDOING = Description(
    "POST the `undo` of an answer of personalDataMarks/replace to this API within a day, to put back what it replaced.",
    url="/personalDataMarks/undo/[event_id]",
)
ABOUT_OWN = Description(
    "POST an `act` to this API about the personal data in a proposal, note or opinion of your organisation: "
    "state_necessity or not_offence with a reason, take_back, take_back_not_offence, pseudonymise, remove, or undo. "
    "The `point` to undo is what pseudonymise and remove answer with as `undo`. A `place` is proposal, "
    "proposal-comment or analyst-data.",
    url="/personalDataMarks/answerContribution/[place]/[part_id]",
)


class MarkKindBody(Body, kw_only=True):
    model = "PersonalDataMark"

    kind: Mandatory[Text] = ""


class NecessityBody(MarkKindBody, kw_only=True):
    reason: Mandatory[Text] = ""


class UndoBody(Body, kw_only=True):
    model = "PersonalDataMark"

    undo: Mandatory[Number] = 0


class OwnAnswerBody(Body, kw_only=True):
    model = "PersonalDataMark"

    act: Mandatory[Text] = ""
    reason: Text = ""
    point: Number = 0


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
    count = answers.state_necessity(call.actor, MarksOfEvent(event.id, body.kind), body.reason)
    return Json({"saved": True, "success": True, "message": f"{count} marks answered.", "answered": count})


@endpoint(
    "personalDataMarks/takeBack", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_TAKING_BACK
)
def take_back(call: Call, event_id: str, *, body: MarkKindBody) -> Json:
    """Take back the answer about the personal data of a kind in an event."""
    event = find_event(call.actor, event_id)
    count = answers.take_back_answer(call.actor, MarksOfEvent(event.id, body.kind))
    return Json(
        {"saved": True, "success": True, "message": f"{count} marks unanswered.", "unanswered": count}
    )


@endpoint("personalDataMarks/replace", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_REPLACING)
def replace(call: Call, event_id: str, *, body: MarkReplacementBody) -> Json:
    """Replace the personal data of a kind in an event by pseudonyms, or remove them."""
    event = find_event(call.actor, event_id)
    if body.way not in Replacement.values:
        raise Invalid({"way": [PersonalDataProblem.UNKNOWN_WAY(known=", ".join(Replacement.values))]})
    parts = parts_with(call.actor, event.id, body.kind)
    done = undoable(
        call.actor,
        event.id,
        parts.attributes,
        lambda: replace_marked(call.actor, event.id, body.kind, body.way),
        with_texts=True,
    )
    said = {"message": f"{done.result} places changed.", "changed": done.result, "undo": done.point}
    return Json({"saved": True, "success": True, **said})


@endpoint("personalDataMarks/notOffence", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_DENIAL)
def deny_offence(call: Call, event_id: str, *, body: NecessityBody) -> Json:
    """State that the personal data of a kind in an event do not concern an offence."""
    event = find_event(call.actor, event_id)
    count = answers.deny_offence(call.actor, MarksOfEvent(event.id, body.kind), body.reason)
    return Json({"saved": True, "success": True, "message": f"{count} marks denied.", "denied": count})


@endpoint(
    "personalDataMarks/takeBackNotOffence",
    requires=(Permission.PUBLISH,),
    writes=True,
    describes=ABOUT_SUSPECTING_AGAIN,
)
def take_back_denial(call: Call, event_id: str, *, body: MarkKindBody) -> Json:
    """Take back the statement that the personal data of a kind in an event do not concern an offence."""
    event = find_event(call.actor, event_id)
    count = answers.take_back_denial(call.actor, MarksOfEvent(event.id, body.kind))
    return Json({"saved": True, "success": True, "message": f"{count} marks changed.", "changed": count})


@endpoint("personalDataMarks/undo", requires=(Permission.PUBLISH,), writes=True, describes=ABOUT_UNDOING)
def undo(call: Call, event_id: str, *, body: UndoBody) -> Json:
    """Put back what was pseudonymised or removed in an event."""
    event = find_event(call.actor, event_id)
    count = undo_change(call.actor, event.id, body.undo)
    return Json({"saved": True, "success": True, "message": f"{count} places restored.", "restored": count})


@endpoint("personalDataMarks/own", requires=(Permission.ADD,))
def own(call: Call, *, params: MarkList) -> Json:
    """List the proposals, notes and opinions of the caller's organisation that hold personal data."""
    limit, offset = params.limit_and_offset(contributions.MOST)
    rows = contributions.marked_contributions(call.actor, start=offset, most=limit)
    return Json([_contribution(row) for row in rows[:limit]])


@endpoint(
    "personalDataMarks/answerContribution", requires=(Permission.ADD,), writes=True, describes=ABOUT_OWN
)
def answer_own(call: Call, place: str, part_id: str, *, body: OwnAnswerBody) -> Json:
    """Answer for the personal data in a proposal, note or opinion of the caller's organisation."""
    if not part_id.isdecimal():
        raise NotFound(PersonalDataProblem.NO_SUCH_CONTRIBUTION())
    actor, part = call.actor, int(part_id)
    own = MarksOfContribution(place, part)
    point = None
    match body.act:
        case "state_necessity":
            answers.state_necessity(actor, own, body.reason)
        case "take_back":
            answers.take_back_answer(actor, own)
        case "not_offence":
            answers.deny_offence(actor, own, body.reason)
        case "take_back_not_offence":
            answers.take_back_denial(actor, own)
        case "undo":
            contributions.undo_in_own(actor, body.point)
        case Replacement.PSEUDONYM.value | Replacement.REMOVAL.value:
            point = contributions.replace_in_own(actor, place, part, body.act)
        case _:
            raise Invalid({"act": [PersonalDataProblem.UNKNOWN_WAY(known=", ".join(OWN_ACTS))]})
    return Json({"saved": True, "success": True, "message": "Saved.", "undo": point})


OWN_ACTS = (
    "state_necessity", "take_back", "not_offence", "take_back_not_offence", "pseudonymise", "remove", "undo",
)  # fmt: skip


def _contribution(row: MarkedContribution) -> dict[str, Any]:
    return {
        "PersonalDataMark": {
            "place": row.place,
            "part_id": str(row.part_id),
            "event_id": str(row.event_id) if row.event_id else None,
            "kinds": list(row.kinds),
            "count": row.count,
            "unanswered": row.unanswered,
            "offences": row.offences,
            "reason": row.reason,
            "not_offence": row.denied_because,
        }
    }


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
            "offence": (mark.says_offence or mark.tagged_offence) and mark.denied_at is None,
            "not_offence": mark.denied_because,
            "reason": mark.reason,
            "answered_by": answerer.email if answerer else None,
            "answered_at": mark.answered_at and mark.answered_at.isoformat(),
        }
    }
