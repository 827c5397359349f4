"""Personal data in the names of tags, on attributes and on reports, are found, answered and withheld."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag, make_tags
from tests.factories.seed import Seed
from tests.intel.personal_data.test_answers import NUMBER, made
from tests.web.signed_in import signed_in
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, Event, EventReport
from vardkase.intel.personal_data.models import PersonalDataMark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture(autouse=True)
def tags(seed: Seed) -> None:
    make_tags("misstänkt person")


def test_names_of_tags_on_attributes_are_searched_answered_and_withheld(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_c.pk).update(offence_period=NEVER)
    make_tags(f"person:{NUMBER}", "misstänkt: Anna Svensson")
    own = make_galaxy("persona", default=False, org_id=seed.org_a.pk)
    named = 'misp-galaxy:persona="5f3b1d7e-0000-4000-8000-000000000001"'
    make_cluster(own, "Bertil Svensson", tag_name=named, default=False, org_id=seed.org_a.pk)
    make_tag(named, is_galaxy=True, is_custom_galaxy=True)
    event = made(
        seed,
        Attribute=[
            {"type": "ip-dst", "value": "203.0.113.7", "Tag": [{"name": f"person:{NUMBER}"}]},
            {"type": "ip-dst", "value": "203.0.113.8"},
        ],
        Object=[
            {
                "name": "person",
                "meta-category": "misc",
                "description": "A person",
                "template_uuid": "a15b0477-e9d1-4b9c-9546-abe78a4f4248",
                "template_version": "1",
                "distribution": 5,
                "Attribute": [{"object_relation": "text", "type": "text", "value": "x", "distribution": 5}],
            }
        ],
    )
    second = event["Attribute"][1]["uuid"]
    inside = event["Object"][0]["Attribute"][0]["uuid"]

    def kinds() -> list[tuple[str, str, bool]]:
        rows = PersonalDataMark.objects.filter(event=event["id"]).order_by("pk")
        return [(row.place, row.kind, row.says_offence) for row in rows]

    def tag(uuid: str, name: str, **more: Any) -> int:
        return call(
            seed.publisher.key, "POST", "/tags/attachTagToObject", {"uuid": uuid, "tag": name, **more}
        )[0]

    assert kinds() == [("attribute-tag", "personal-number", False)]
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")

    def read() -> set[str]:
        found = call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[1]["Event"]
        parts = [*found["Attribute"], *(part for each in found["Object"] for part in each["Attribute"])]
        return {part["value"] for part in parts}

    assert read() == {"203.0.113.7", "203.0.113.8", "x"}
    # A local tag is on this hub as any other, and changes no time of the event; a cluster is searched by its name.
    stamp = Event.objects.get(pk=event["id"]).timestamp
    assert tag(second, "misstänkt: Anna Svensson", local=True) == 200
    assert (Event.objects.get(pk=event["id"]).timestamp, read()) == (stamp, {"203.0.113.7", "x"})
    assert tag(inside, named) == 200
    assert sorted(kinds()) == [
        ("attribute-tag", "name", False),
        ("attribute-tag", "name", True),
        ("attribute-tag", "personal-number", False),
    ]
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    web = signed_in(seed.publisher)
    page = web.get(f"/event/{event['id']}/publish/").content.decode()
    for words in ("Tagg på ett attribut", NUMBER, "Bertil Svensson"):
        assert words in page
    stated = {"kind": "personal-number", "reason": "Behövs"}
    assert (
        call(seed.publisher.key, "POST", f"/personalDataMarks/stateNecessity/{event['id']}", stated)[1][
            "answered"
        ]
        == 1
    )
    # Replaced either way, they are taken off, and put back by undo.
    answer = call(
        seed.publisher.key,
        "POST",
        f"/personalDataMarks/replace/{event['id']}",
        {"kind": "name", "way": "remove"},
    )[1]
    assert (answer["changed"], kinds()) == (2, [("attribute-tag", "personal-number", False)])
    assert set(AttributeTag.objects.values_list("tag__name", flat=True)) == {f"person:{NUMBER}"}
    undone = call(
        seed.publisher.key, "POST", f"/personalDataMarks/undo/{event['id']}", {"undo": answer["undo"]}
    )
    assert (undone[0], len(kinds()), AttributeTag.objects.count()) == (200, 3, 3)
    assert "203.0.113.8" not in read()
    call(seed.publisher.key, "POST", f"/tags/removeTagFromObject/{second}/misstänkt: Anna Svensson")
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert "203.0.113.8" in read()
    call(seed.publisher.key, "POST", f"/attributes/delete/{event['Attribute'][0]['id']}", {"hard": 1})
    assert [kind for _, kind, _ in kinds()] == ["name"]


def test_names_of_tags_on_reports_are_searched_answered_and_withheld(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_c.pk).update(offence_period=NEVER)
    make_tags(f"person:{NUMBER}", "misstänkt: Anna Svensson")
    event = made(
        seed,
        EventReport=[
            {"name": "Ett", "content": "Text.", "distribution": "3"},
            {"name": "Två", "content": "Text.", "distribution": "3"},
        ],
    )
    one, two = EventReport.objects.filter(event=event["id"]).order_by("pk")

    def marks() -> list[tuple[str, int, str, bool]]:
        rows = PersonalDataMark.objects.filter(event=event["id"]).order_by("part_id")
        return [(row.place, row.part_id, row.kind, row.says_offence) for row in rows]

    def step(path: str, **given: Any) -> Any:
        status, answer = call(seed.publisher.key, "POST", path, given)
        assert status == 200, answer
        return answer

    def read() -> set[str]:
        found = call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[1]["Event"]
        return {each["name"] for each in found["EventReport"]}

    step("/tags/attachTagToObject", uuid=str(one.uuid), tag=f"person:{NUMBER}")
    step(f"/events/publish/{event['id']}")
    numbered = ("report-tag", one.pk, "personal-number", False)
    assert (marks(), read()) == ([numbered], {"Ett", "Två"})
    # A local tag is on this hub as any other.
    step("/tags/attachTagToObject", uuid=str(two.uuid), tag="misstänkt: Anna Svensson", local=True)
    accused = ("report-tag", two.pk, "name", True)
    assert (marks(), read()) == ([numbered, accused], {"Ett"})
    page = signed_in(seed.publisher).get(f"/event/{event['id']}/publish/").content.decode()
    for words in ("Tagg på en rapport", NUMBER, "Anna Svensson"):
        assert words in page
    denied = {"kind": "name", "reason": "Det är en övning."}
    step(f"/personalDataMarks/notOffence/{event['id']}", **denied)
    assert read() == {"Ett", "Två"}
    step(f"/personalDataMarks/takeBackNotOffence/{event['id']}", kind="name")
    assert read() == {"Ett"}
    # Replaced either way, they are taken off, and put back by undo.
    undo = {}
    for kind in ("name", "personal-number"):
        answer = step(f"/personalDataMarks/replace/{event['id']}", kind=kind, way="pseudonymise")
        assert answer["changed"] == 1
        undo[kind] = answer["undo"]
    assert (marks(), EventReportTag.objects.count()) == ([], 0)
    for kind in ("personal-number", "name"):
        step(f"/personalDataMarks/undo/{event['id']}", undo=undo[kind])
    assert (marks(), EventReportTag.objects.count()) == ([numbered, accused], 2)
    assert set(EventReportTag.objects.values_list("event_report", "local")) == {
        (one.pk, False),
        (two.pk, True),
    }
    # Of a report that is deleted nothing is asked; it is still withheld.
    step(f"/eventReports/delete/{two.pk}")
    assert (
        "Anna Svensson"
        not in signed_in(seed.publisher).get(f"/event/{event['id']}/publish/").content.decode()
    )
