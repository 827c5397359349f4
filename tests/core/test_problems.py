"""A problem is a code with parameters: people read it in their language, clients in MISP's English."""

from __future__ import annotations

import msgspec
import pytest
from django.utils import translation

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import (
    CommonProblem,
    problem_from_json,
    problems_in,
    stored,
    stored_wire,
    wire,
)


def test_people_and_clients_get_different_texts() -> None:
    problem = CommonProblem.REQUIRED()

    with translation.override("sv"):
        assert str(problem) == "Fyll i det här."
        assert problem.wire == "This field cannot be left blank"
    with translation.override("en"):
        assert str(problem) == "Fill this in."


def test_parameters_are_filled_into_both_texts() -> None:
    problem = CommonProblem.NOT_ACCEPTED(reason="no such thing")

    with translation.override("en"):
        assert str(problem) == "The value was not accepted: no such thing"
    assert problem.wire == "no such thing"


def test_error_is_recognised_by_its_code() -> None:
    error = Conflict(CommonProblem.TOO_LONG(most=5))

    assert error.has(CommonProblem.TOO_LONG)
    assert not error.has(CommonProblem.REQUIRED)


def test_fields_are_worded_for_clients() -> None:
    error = Invalid({"info": [CommonProblem.REQUIRED()]})

    with translation.override("sv"):
        assert wire(error.errors) == {"info": ["This field cannot be left blank"]}
        assert str(error) == "Fyll i det här."


def test_stored_problem_can_be_read_in_any_language() -> None:
    problem = CommonProblem.NOT_ACCEPTED(reason=CommonProblem.TOO_LONG(most=5))

    stored = msgspec.json.decode(msgspec.json.encode(problem.as_json()))

    assert problem_from_json(stored) == problem


def test_removed_code_is_quoted() -> None:
    assert problem_from_json({"code": "feed.gone", "params": {}}).wire == "feed.gone"


def test_list_parameter_is_joined_with_commas() -> None:
    problem = CommonProblem.NO_SUCH_CHOICE(choices=[CommonProblem.NOT_A_UUID(), "other"])

    with translation.override("sv"):
        assert str(problem) == f"Välj ett av: {CommonProblem.NOT_A_UUID()}, other."
        assert problem.wire == "Choose one of: Please provide a valid UUID, other."
    assert problem_from_json(problem.as_json()) == problem


def test_several_problems_in_a_column_are_read() -> None:
    column = stored(CommonProblem.TOO_LONG(most=5), CommonProblem.REQUIRED())

    assert problems_in(column) == [CommonProblem.TOO_LONG(most=5), CommonProblem.REQUIRED()]
    assert stored_wire(column) == "Enter at most 5 characters.\nThis field cannot be left blank"


def test_plain_sentences_of_older_rows_are_quoted() -> None:
    assert problems_in("It was late.\n[1, 2]\n") == [
        CommonProblem.QUOTED(said="It was late."),
        CommonProblem.QUOTED(said="[1, 2]"),
    ]
    assert problems_in("") == []


@pytest.mark.parametrize(
    "line",
    [
        '{"code": "common.too_long", "params": {}}',
        '{"code": "common.too_long", "params": ["most"]}',
        '{"code": "common.too_long"}',
        '{"code": {"a": 1}, "params": {}}',
        '{"code": "common.not_accepted", "params": {"reas',
    ],
)
def test_stored_problem_that_does_not_fit_its_code_is_quoted(line: str) -> None:
    """Of another version, or from a time when such columns contained plain text."""
    (problem,) = problems_in(line)

    assert problem.code is CommonProblem.QUOTED
    assert problem.wire
    assert str(problem)
