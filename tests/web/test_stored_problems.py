"""Failure reasons are stored as problems and shown in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from vardkase.core.problems import CommonProblem, Problem, stored, stored_wire, stored_words
from vardkase.exchange.problems import OutgoingProblem, words_of
from vardkase.exchange.servers.problems import PeerProblem
from vardkase.exchange.sync.problems import problem_of_kind
from vardkase.exchange.taxii.problems import StixObjectProblem

PLACE = "https://a.example"


def test_peers_message_is_quoted() -> None:
    refused = problem_of_kind("proposals", PeerProblem.REFUSED(status=500, said="Kaputt"))
    column = stored(refused, CommonProblem.QUOTED(said="Que sera"))
    with override("sv"):
        assert (
            stored_words(column)
            == "Förslag: Den andra hubben avvisade det, med status 500 och orden ”Kaputt”\n”Que sera”"
        )
    assert stored_wire(column) == "proposals: The other instance answered with status 500: Kaputt\nQue sera"


def test_peer_without_reason() -> None:
    silent = PeerProblem.REFUSED_SILENTLY(status=500)
    assert silent.wire == "The other instance answered with status 500: no reason given"


@pytest.mark.parametrize(
    ("problem", "wire", "swedish"),
    [
        (OutgoingProblem.TIMED_OUT(place=PLACE), f"{PLACE} took too long.", f"{PLACE} svarade inte i tid."),
        (
            OutgoingProblem.UNREACHABLE(place=PLACE, **words_of("[Errno 111] Connection refused")),
            f"{PLACE} could not be reached: [Errno 111] Connection refused",
            f"{PLACE} gick inte att nå. Nätet säger ”Connection refused”",
        ),
        (
            OutgoingProblem.UNREACHABLE(place=PLACE, **words_of("expired (_ssl.c:1029)")),
            f"{PLACE} could not be reached: expired (_ssl.c:1029)",
            f"{PLACE} gick inte att nå. Nätet säger ”expired”",
        ),
    ],
)
def test_technical_details_are_left_out(problem: Problem, wire: str, swedish: str) -> None:
    assert stored_wire(stored(problem)) == wire
    with override("sv"):
        assert stored_words(stored(problem)) == swedish


def test_problem_of_object_keeps_object_id() -> None:
    name = "report--d52d7756-7b7c-45dc-980a-ddb61a5596f6"
    column = stored(StixObjectProblem.OF_OBJECT(id=name, reason=StixObjectProblem.NOT_FROM_HERE()))
    with override("en"):
        assert stored_words(column).startswith(f"{name}: The event already exists here")
