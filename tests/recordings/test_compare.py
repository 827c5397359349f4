"""The comparison finds every relevant difference, and no other."""

from __future__ import annotations

from tests.recordings.accepted import unlisted_and_stale
from tests.recordings.compare import Difference, differences
from tests.recordings.names import Names
from tests.recordings.replay import Found, endpoint_of

UUID, OTHER = "1a8d9bb5-e273-498c-ac06-abbe4f187516", "0d5e1f6c-6f0a-4c39-8f0e-5a3d0b3c1f11"


def test_ids_uuids_and_times_are_ignored() -> None:
    """Names learnt from one answer are put into the next request."""
    names = Names()
    recorded = {"Event": {"id": "77", "uuid": UUID, "org_id": "2", "timestamp": "1795563604", "info": "a"}}
    own = {"Event": {"id": "5", "uuid": OTHER, "org_id": "9", "timestamp": "1795563999", "info": "a"}}
    names.learn(recorded, own, "Event")
    assert list(differences(names, recorded, own)) == []
    assert names.path("/attributes/add/77") == "/attributes/add/5"
    assert names.path(f"/events/view/{UUID}/deleted:1") == f"/events/view/{OTHER}/deleted:1"
    assert names.body({"eventid": ["77", "!77"], "org_id": 2}, "Event") == {
        "eventid": ["5", "!5"],
        "org_id": 9,
    }


def test_members_types_values_and_lengths_are_compared() -> None:
    """Each kind of difference, with its position."""
    recorded = {"a": [{"b": "x", "c": 1}], "d": "1", "e": [1, 2], "f": True}
    own = {"a": [{"b": "y"}], "d": 1, "e": [1], "g": None, "f": False}
    found = {(one.place, one.kind) for one in differences(Names(), recorded, own)}
    assert found == {
        ("a.#.c", "lacks"),
        ("a.#.b", "value"),
        ("d", "type"),
        ("e", "length"),
        ("f", "value"),
        ("g", "also"),
    }


def test_shortened_parts_of_a_recording_are_ignored() -> None:
    """Of a shortened list, map or text only the beginning is compared."""
    recorded = {"list": ["a", "... 2 more"], "text": "begin... 40 more characters", "... 3 more": ""}
    assert (
        list(differences(Names(), recorded, {"list": ["a", "b", "c"], "text": "begin and end", "x": 1})) == []
    )


def test_unlisted_differences_and_stale_lines_are_reported() -> None:
    """When none of a world's listed differences occurs, all its lines are stale."""
    found = Found(
        "no such file", 1, endpoint_of("/admin/users/edit/3?x=1"), Difference("User.x", "lacks", "")
    )
    unlisted, stale = unlisted_and_stale("behaviour", [found])
    assert unlisted == ["no such file | admin/users/edit | User.x | lacks:  (n 1)"]
    assert len(stale) > 100
