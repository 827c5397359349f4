"""Notes, opinions and relationships are added, changed and deleted by users with permission."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.seed import Seed
from tests.intel.analyst_data.analyst_data_calls import (
    EVENT,
    NOTE,
    NOWHERE,
    add_analyst_data,
    listed_uuids,
    make_event,
)
from vardkase.audit.models import AuditEntry
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.problems import AttributionProblem
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry

WHOLE = [
    "id", "name", "date_created", "date_modified", "description", "type", "nationality", "sector", "created_by",
    "uuid", "contacts", "local", "restricted_to_domain", "landingpage",
]  # fmt: skip


def test_response_contains_the_complete_note(seed: Seed) -> None:
    note = add_analyst_data(seed.analyst, note="bare", uuid=NOTE, authors="me", language="sv", distribution=3)
    assert list(note) == [
        "id", "uuid", "object_uuid", "object_type", "authors", "org_uuid", "orgc_uuid", "created", "modified",
        "distribution", "sharing_group_id", "locked", "note", "language", "note_type", "note_type_name", "Orgc",
        "Org", "_canEdit",
    ]  # fmt: skip
    assert note | {"id": "", "created": "", "modified": "", "Orgc": {}, "Org": {}} == {
        "id": "",
        "uuid": NOTE,
        "object_uuid": EVENT,
        "object_type": "Event",
        "authors": "me",
        "org_uuid": str(seed.org_a.uuid),
        "orgc_uuid": str(seed.org_a.uuid),
        "created": "",
        "modified": "",
        "distribution": "3",
        "sharing_group_id": None,
        "locked": False,
        "note": "bare",
        "language": "sv",
        "note_type": 0,
        "note_type_name": "Note",
        "Orgc": {},
        "Org": {},
        "_canEdit": True,
    }
    assert list(note["Orgc"]) == WHOLE
    _, viewed = call(seed.partner.key, "GET", f"/analyst_data/view/Note/{NOTE}")
    assert viewed["Note"] == {name: value for name, value in note.items() if name != "_canEdit"}


def test_missing_fields_get_defaults(seed: Seed) -> None:
    wrapped = add_analyst_data(seed.analyst, Note={"note": "wrapped"})
    assert (wrapped["authors"], wrapped["language"], wrapped["distribution"]) == (
        "analyst@a.example",
        "en",
        "1",
    )
    opinion = add_analyst_data(seed.analyst, kind="Opinion", comment="none")
    assert (opinion["opinion"], opinion["comment"], opinion["note_type"]) == (None, "none", 1)
    status, answer = call(
        seed.analyst.key,
        "POST",
        "/analyst_data/add/Note",
        {"note": "all in the body", "object_uuid": EVENT, "object_type": "Event"},
    )
    assert (status, answer["Note"]["object_uuid"]) == (200, EVENT)


def test_relationship_shows_its_target_only_to_readers_of_the_target(seed: Seed) -> None:
    make_event(seed.analyst, uuid=NOWHERE, distribution=0, Attribute=[], Object=[], EventReport=[])
    said = {"related_object_uuid": NOWHERE, "related_object_type": "Event", "relationship_type": "related-to"}
    made = add_analyst_data(seed.analyst, kind="Relationship", **said)
    assert made["related_object"]["Event"]["uuid"] == NOWHERE
    shown = call(seed.partner.key, "GET", f"/analystData/view/Relationship/{made['uuid']}")[1]["Relationship"]
    assert (shown["related_object_uuid"], shown["related_object"]) == (NOWHERE, [])
    for api_user, found in ((seed.colleague, {"Event"}), (seed.partner, set())):
        path = f"/analyst_data/getRelatedElement/Event/{NOWHERE}"
        assert set(call(api_user.key, "GET", path)[1]) == found


@pytest.mark.parametrize("sent", [{}, {"note": None}])
def test_empty_note_is_rejected(seed: Seed, sent: dict[str, Any]) -> None:
    status, body = call(seed.analyst.key, "POST", f"/analystData/add/Note/{EVENT}/Event", sent)
    assert (status, list(body["errors"])) == (403, ["note"])
    assert not AnalystData.objects.exists()


@pytest.mark.parametrize(
    ("kind", "members", "field"),
    [
        ("Opinion", {"opinion": 101}, "opinion"),
        ("Opinion", {"opinion": "much"}, "opinion"),
        ("Note", {"note": "x", "distribution": 9}, "distribution"),
        ("Note", {"note": "x", "distribution": 4, "sharing_group_id": 10**6}, None),
        ("Note", {"note": "x", "uuid": "nope"}, "uuid"),
        ("Note", {"note": "x", "uuid": EVENT}, "object_uuid"),
        ("Note", {"note": "x" * 70_000}, "note"),
        ("Note", {"note": "x", "language": "x" * 17}, "language"),
        ("Note", {"note": "x", "modified": "yesterday or so"}, "modified"),
        ("Relationship", {"relationship_type": "x"}, "related_object_uuid"),
        (
            "Relationship",
            {"related_object_uuid": EVENT, "related_object_type": "Nope"},
            "related_object_type",
        ),
    ],
)
def test_invalid_fields_are_named(seed: Seed, kind: str, members: dict[str, Any], field: str | None) -> None:
    status, answer = call(seed.analyst.key, "POST", f"/analyst_data/add/{kind}/{EVENT}/Event", members)
    assert (status, answer["name"]) == (403, f"Could not add {kind}")
    assert field is None or field in answer["errors"]
    assert not AnalystData.objects.exists()


def test_unknown_kinds_and_targets_are_rejected(seed: Seed) -> None:
    for path, status in (
        (f"add/Nope/{EVENT}/Event", 405),
        (f"add/Note/{EVENT}/Nope", 403),
        ("add/Note/1/Event", 403),
        (f"edit/Nope/{NOTE}", 405),
        (f"view/Nope/{NOTE}", 405),
    ):
        method = "GET" if path.startswith("view") else "POST"
        assert call(seed.analyst.key, method, f"/analyst_data/{path}", {"note": "x"})[0] == status
    assert call(seed.analyst.key, "GET", f"/analyst_data/view/Note/{NOTE}")[1]["name"] == "Invalid Note."


def test_edit_changes_only_named_fields_and_the_date(seed: Seed) -> None:
    note = add_analyst_data(
        seed.analyst, note="first", uuid=NOTE, authors="me", language="sv", distribution=3
    )
    status, answer = call(
        seed.colleague.key,
        "POST",
        f"/analyst_data/edit/Note/{NOTE}",
        {"note": "second", "uuid": NOWHERE, "object_uuid": NOWHERE, "modified": "2001-01-01", "locked": True},
    )
    changed = answer["Note"]
    assert (changed["note"], changed["modified"] > note["modified"]) == ("second", True)
    kept = ("uuid", "object_uuid", "authors", "language", "distribution", "locked", "created")
    assert [changed[name] for name in kept] == [note[name] for name in kept]
    status, answer = call(seed.analyst.key, "POST", f"/analyst_data/edit/Note/{NOTE}", {"distribution": 9})
    assert (status, list(answer["errors"])) == (403, ["distribution"])


def test_edit_stores_nested_opinions(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="first", uuid=NOTE)
    body = {"uuid": NOTE, "note": "first", "Opinion": [{"opinion": "42", "comment": "yes"}]}
    assert call(seed.analyst.key, "POST", f"/analyst_data/edit/Note/{NOTE}", body)[0] == 200
    viewed = call(seed.analyst.key, "GET", f"/analyst_data/view/Note/{NOTE}")[1]["Note"]
    assert [(each["opinion"], each["object_type"]) for each in viewed["Opinion"]] == [("42", "Note")]
    assert "_max_depth_reached" not in viewed["Opinion"][0]


def test_deleted_note_cannot_be_added_again(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="gone", uuid=NOTE)
    child = add_analyst_data(seed.partner, f"{NOTE}/Note", note="stays")
    number = AnalystData.objects.get(uuid=NOTE).pk
    status, answer = call(seed.analyst.key, "POST", f"/analyst_data/delete/Note/{NOTE}")
    assert answer == {
        "saved": True,
        "success": True,
        "name": "Note deleted.",
        "message": "Note deleted.",
        "url": f"/notes/delete/{number}",
        "id": number,
    }
    assert listed_uuids(seed.analyst) == [child["uuid"]]
    assert BlocklistEntry.objects.get(kind=Blocked.ANALYST_DATA).orgc == "Organisation A"
    status, answer = call(
        seed.analyst.key, "POST", f"/analyst_data/add/Note/{EVENT}/Event", {"note": "x", "uuid": NOTE}
    )
    assert (status, list(answer["errors"])) == (403, ["uuid"])
    assert call(seed.analyst.key, "POST", f"/analyst_data/delete/Note/{NOTE}")[0] == 404


def test_changes_are_audited(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="x", uuid=NOTE)
    call(seed.analyst.key, "POST", f"/analyst_data/edit/Note/{NOTE}", {"note": "y"})
    call(seed.analyst.key, "POST", f"/analyst_data/delete/Note/{NOTE}")
    acts = AuditEntry.objects.filter(target_kind="note").order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["note.added", "note.edited", "note.deleted"]


def test_writing_requires_permission(seed: Seed) -> None:
    add_analyst_data(seed.analyst, note="mine", uuid=NOTE, distribution=3)
    read_only = make_key(seed.analyst.user, read_only=True)
    paths = {
        f"/analyst_data/add/Note/{EVENT}/Event": {"note": "x"},
        f"/analyst_data/edit/Note/{NOTE}": {"note": "changed"},
        f"/analyst_data/delete/Note/{NOTE}": {},
    }
    for path, body in paths.items():
        assert call(None, "POST", path, body)[0] == 403
        assert call(seed.reader.key, "POST", path, body)[0] == 403
        assert call(read_only, "POST", path, body)[0] == 403
    for other in (seed.partner, seed.partner_sync, seed.stranger):
        for path, body in list(paths.items())[1:]:
            status, answer = call(other.key, "POST", path, body)
            assert (status, answer["name"]) == (405, "You are not authorised to do that.")
    assert AnalystData.objects.get().text == "mine"
    assert call(seed.site_admin.key, "POST", f"/analyst_data/edit/Note/{NOTE}", {"note": "staff"})[0] == 200


def test_naming_another_creator_requires_a_sync_user(seed: Seed) -> None:
    named = {"note": "x", "orgc_uuid": str(seed.org_c.uuid), "locked": True, "created": "2020-01-01 00:00:00"}
    path = f"/analystData/add/Note/{NOTE}/Event"
    status, refused = call(seed.partner_sync.key, "POST", path, named)
    assert (status, refused["errors"]) == (403, {"Orgc": [AttributionProblem.NOT_THE_SENDER().wire]}), (
        "C is a member, and only C writes in its name"
    )
    far = Organisation.objects.create(name="Far away")
    elsewhere = named | {"orgc_uuid": str(far.uuid)}
    for api_user, creator, locked, members in (
        (seed.analyst, seed.org_a, False, named),
        (seed.site_admin, seed.org_c, True, named),
        (seed.partner_sync, far, True, elsewhere),
    ):
        note = add_analyst_data(api_user, **members)
        assert (note["orgc_uuid"], note["locked"]) == (str(creator.uuid), locked)
        assert note["created"] == "2020-01-01 00:00:00"
