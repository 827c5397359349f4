"""Messages to people and clients when parts of an event are refused."""

from __future__ import annotations

from django.utils import translation

from vardkase.core.misp_problems import MispProblem
from vardkase.core.problems import problem_from_json
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.problems import AttributeProblem, EventProblem, ObjectProblem, RefusedFields


def test_value_errors_are_text_for_people_and_json_for_clients() -> None:
    details = RefusedFields({"value": [MispProblem.BAD_IP()], "type": [MispProblem.UNKNOWN_TYPE()]})
    problem = ObjectProblem.ATTRIBUTE_REFUSED(relation="ip", details=details)

    with translation.override("sv"):
        assert str(problem) == (
            "Värdet för ip godtogs inte. Det är inte en IP-adress eller ett nät. Det finns ingen sådan typ."
        )
        assert problem.wire == (
            "Could not save object as at least one attribute has failed validation (ip). "
            '{"value":["IP address has an invalid format."],"type":["Invalid type."]}'
        )


def test_stored_problem_keeps_its_wire_text() -> None:
    details = RefusedFields({"value": [MispProblem.BAD_IP()]})
    problem = ObjectProblem.ATTRIBUTE_REFUSED(relation="ip", details=details)

    assert problem_from_json(problem.as_json()).wire == problem.wire


def test_reason_is_in_the_readers_language() -> None:
    problem = EventProblem.NOT_SAVED(reason=MispProblem.DATE_AHEAD())

    assert problem.wire.startswith("Event could not be saved: The date is more than a day ahead")
    with translation.override("en"):
        assert str(problem).startswith("The event was not saved: It is dated more than a day ahead")


def test_rejected_part_is_recognised_by_its_code() -> None:
    rejections = Rejections()
    rejections.add("Attribute.1", {"value": [AttributeProblem.DUPLICATE()]})

    assert rejections.has("Attribute.1", AttributeProblem.DUPLICATE)
    assert not rejections.has("Attribute.1", AttributeProblem.WARNED)
    assert not rejections.has("Attribute.2", AttributeProblem.DUPLICATE)
