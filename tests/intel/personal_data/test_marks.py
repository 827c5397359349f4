"""Personal data are marked where they are written, answered by the publisher, and hold up what a policy says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.intel import make_attribute, make_event
from tests.factories.knowledge import make_tags
from tests.factories.policies import in_force, is_out
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.time_budget import OutOfTime, time_budget
from vardkase.intel.models import Attribute, Event
from vardkase.intel.personal_data import services
from vardkase.intel.personal_data.marking import NewMark, in_attributes, in_texts, insert
from vardkase.intel.personal_data.models import MarkPlace, PersonalDataMark, PersonalDataScan
from vardkase.intel.personal_data.services import mark_existing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

NUMBER = "19121212-1212"
PERSONAL = {
    "kind": "personal_data",
    "title": {"sv": "Personuppgifter", "en": "Personal data"},
    "types": ["identity-card-number", "email-src"],
    "handling": "necessity",
}


@pytest.fixture(autouse=True)
def tags(seed: Seed) -> None:
    make_tags("misstänkt person")


def made(seed: Seed, **fields: Any) -> dict[str, Any]:
    body = {"info": "Bedrägeri", "distribution": 1, **fields}
    event: dict[str, Any] = call(seed.publisher.key, "POST", "/events/add", body)[1]["Event"]
    return event


def marks(event: dict[str, Any]) -> set[tuple[str, str, str, bool]]:
    rows = PersonalDataMark.objects.filter(event=event["id"])
    return {(row.place, row.field, row.kind, row.says_offence or row.tagged_offence) for row in rows}


def test_every_place_is_marked_at_entry_and_follows_edits(seed: Seed) -> None:
    event = made(
        seed,
        info=f"Misstänkt: {NUMBER}",
        Attribute=[
            {"type": "email-src", "value": "anna.svensson@exempel.se"},
            {"type": "email-src", "value": "registrator@exempel.se"},
            {"type": "ip-dst", "value": "203.0.113.7", "comment": "Ring 070-123 45 67"},
            {"type": "filename", "value": "Anna Svensson.docx"},
            {"type": "sha256", "value": "a" * 64},
        ],
        Object=[
            {
                "name": "person",
                "meta-category": "misc",
                "description": "A person",
                "template_uuid": "a15b0477-e9d1-4b9c-9546-abe78a4f4248",
                "template_version": "1",
                "Attribute": [{"object_relation": "text", "type": "text", "value": f"pnr {NUMBER}"}],
            }
        ],
        EventReport=[{"name": "Rapport", "content": "Anna Svensson anhölls i går.", "distribution": 5}],
    )
    assert marks(event) == {
        ("title", "info", "personal-number", True),
        ("attribute", "value", "email", False),
        ("attribute", "comment", "phone", False),
        ("file-name", "value", "name", False),
        ("object-attribute", "value", "personal-number", False),
        ("report", "content", "name", True),
    }
    ids = {attribute["value"]: attribute["id"] for attribute in event["Attribute"]}
    call(seed.publisher.key, "POST", f"/attributes/edit/{ids['203.0.113.7']}", {"comment": "C2"})
    call(seed.publisher.key, "POST", f"/attributes/delete/{ids['Anna Svensson.docx']}")
    call(seed.publisher.key, "POST", f"/events/edit/{event['id']}", {"info": "Bedrägeri"})
    call(seed.publisher.key, "POST", f"/tags/attachTagToObject/{event['uuid']}/misstänkt person")
    report = event["EventReport"][0]["id"]
    call(seed.publisher.key, "POST", f"/eventReports/edit/{report}", {"content": "Inga namn."})
    assert {mark[:3] for mark in marks(event)} == {
        ("attribute", "value", "email"),
        ("object-attribute", "value", "personal-number"),
        ("file-name", "value", "name"),
    }
    listed = call(seed.publisher.key, "GET", f"/personalDataMarks/index/{event['id']}")[1]
    assert "file-name" not in {row["PersonalDataMark"]["place"] for row in listed}, (
        "that attribute is deleted"
    )


def test_long_texts_are_searched_within_the_time_of_the_request(seed: Seed) -> None:
    fields = {"type": "text", "category": "Other", "comment": NUMBER}
    event = make_event(seed.org_a)
    with time_budget(-1), pytest.raises(OutOfTime):
        in_attributes([make_attribute(event, **fields)])
    with time_budget(-1), pytest.raises(OutOfTime):
        in_texts(MarkPlace.REPORT, [(1, "content", NUMBER)])


def test_tag_about_an_offence_marks_what_carries_it(seed: Seed) -> None:
    event = made(
        seed,
        Attribute=[
            {"type": "email-src", "value": "anna@exempel.se", "Tag": [{"name": "misstänkt person"}]},
            {"type": "email-src", "value": "bert@exempel.se"},
        ],
    )
    assert sorted(
        PersonalDataMark.objects.filter(event=event["id"]).values_list("tagged_offence", flat=True)
    ) == [False, True]


def test_events_from_before_are_marked_by_the_schedule_and_before_they_leave(seed: Seed) -> None:
    events = [
        made(seed, info=f"pnr {NUMBER}", Attribute=[{"type": "email-src", "value": "a@b.example"}])
        for _ in range(2)
    ]
    PersonalDataMark.objects.all().delete()
    PersonalDataScan.objects.all().delete()
    call(seed.publisher.key, "POST", f"/events/publish/{events[0]['id']}")
    assert len(marks(events[0])) == 2
    assert not marks(events[1])
    assert mark_existing() == 1
    assert len(marks(events[1])) == 2
    assert mark_existing() == 0


def test_marks_of_many_attributes_are_written_at_once(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []

    def counted(event_id: int, found: Sequence[NewMark]) -> None:
        written.append(len(found))
        insert(event_id, found)

    monkeypatch.setattr(services, "insert", counted)
    made(seed, Attribute=[{"type": "email-src", "value": f"anna{n}@exempel.se"} for n in range(300)])
    assert written == [300]
    assert PersonalDataMark.objects.count() == 300


def test_publisher_states_necessity_once_for_all_of_a_kind_and_takes_it_back(seed: Seed) -> None:
    in_force(seed, PERSONAL)
    event = made(
        seed, info=f"Kontot tillhör {NUMBER}", Attribute=[{"type": "text", "value": f"pnr {NUMBER}"}]
    )
    path = f"{event['id']}"
    status, refused = call(seed.publisher.key, "POST", f"/events/publish/{path}")
    assert status == 405
    assert "2 details marked as personal data (Personal identity number) need a reason" in refused["message"]
    for body, field in (
        ({"kind": "personal-number", "reason": " "}, "reason"),
        ({"kind": "x", "reason": "y"}, "kind"),
    ):
        assert field in json.dumps(
            call(seed.publisher.key, "POST", f"/personalDataMarks/stateNecessity/{path}", body)[1]
        )
    answer = {"kind": "personal-number", "reason": "Banken ska kunna spärra kontot"}
    assert (
        call(seed.publisher.key, "POST", f"/personalDataMarks/stateNecessity/{path}", answer)[1]["answered"]
        == 2
    )
    assert (
        call(seed.publisher.key, "POST", f"/personalDataMarks/takeBack/{path}", answer)[1]["unanswered"] == 2
    )
    call(seed.publisher.key, "POST", f"/personalDataMarks/stateNecessity/{path}", answer)
    listed = call(seed.publisher.key, "GET", f"/personalDataMarks/index/{path}")[1]
    assert {row["PersonalDataMark"]["answered_by"] for row in listed} == {seed.publisher.user.email}
    assert NUMBER not in json.dumps(listed)
    assert call(seed.publisher.key, "POST", f"/events/publish/{path}")[0] == 200
    assert is_out(event)
    entries = AuditEntry.objects.filter(action__startswith="personal_data.")
    assert entries.count() == 3
    assert not any(NUMBER in json.dumps(entry.change) for entry in entries)


def test_answer_ends_when_the_text_changes(seed: Seed) -> None:
    event = made(seed, Attribute=[{"type": "email-src", "value": "anna@exempel.se"}])
    attribute = event["Attribute"][0]["id"]
    answer = {"kind": "email", "reason": "Avsändaren"}
    call(seed.publisher.key, "POST", f"/personalDataMarks/stateNecessity/{event['id']}", answer)
    call(seed.publisher.key, "POST", f"/attributes/edit/{attribute}", {"to_ids": True})
    assert PersonalDataMark.objects.get(event=event["id"]).reason == "Avsändaren"
    call(seed.publisher.key, "POST", f"/attributes/edit/{attribute}", {"value": "bert@exempel.se"})
    assert PersonalDataMark.objects.get(event=event["id"]).reason == ""


def test_only_those_who_may_publish_the_event_see_and_answer_marks(seed: Seed) -> None:
    event = made(seed, Attribute=[{"type": "email-src", "value": "anna@exempel.se"}])
    answer = {"kind": "email", "reason": "x"}
    for user in (seed.analyst, seed.reader, seed.partner, seed.stranger):
        for method, path, body in (
            ("GET", "index", None),
            ("POST", "stateNecessity", answer),
            ("POST", "takeBack", answer),
        ):
            status, refusal = call(user.key, method, f"/personalDataMarks/{path}/{event['id']}", body)
            assert status in (403, 404)
            assert "anna" not in json.dumps(refusal)
    assert PersonalDataMark.objects.get(event=event["id"]).answered_at is None


def test_publish_page_shows_marks_and_takes_the_answer(seed: Seed) -> None:
    noted = {"type": "ip-dst", "value": "203.0.113.7", "comment": f"<i>Se</i> {NUMBER}"}
    event = made(seed, info=f"Dömd: {NUMBER}", Attribute=[noted])
    web = signed_in(seed.publisher)
    web.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    publish = f"/event/{event['id']}/publish/"
    page = web.get(publish).content.decode()
    assert "Personuppgifter: Personnummer" in page
    assert f'<span class="value">{NUMBER}</span>' in page, "the detail itself, with where it is edited"
    assert "misstanke om brott eller en fällande dom" in page
    answering = f"/event/{event['id']}/personal-data/personal-number/"
    assert answering in page
    asked = web.get(answering).content.decode()
    assert asked.count(f"<b>{NUMBER}</b>") == 2
    assert f"/event/{event['id']}/attribute/{event['Attribute'][0]['id']}/edit/" in asked
    assert web.post(answering, {"reason": ""}).status_code == 422
    # Whom the event is to be published to stays chosen on the way there and back.
    chosen = "distribution=0"
    assert f"{answering}?{chosen}" in web.get(f"{publish}?{chosen}").content.decode()
    back = web.post(f"{answering}?{chosen}", {"reason": "Banken"})["Location"]
    assert back == f"{publish}?{chosen}#chk"
    assert web.post(f"{answering}undo/", {"distribution": "0", "sharing_group_id": ""})["Location"] == back
    page = web.post(answering, {"reason": "<b>Banken</b>"}, follow=True).content.decode()
    assert "&lt;b&gt;Banken&lt;/b&gt;" in page
    assert "<b>Banken</b>" not in page
    assert web.post(answering, {"reason": "igen"}).status_code == 422
    page = web.post(f"{answering}undo/", follow=True).content.decode()
    assert "Svaret har ångrats." in page
    assert web.get(f"/event/{event['id']}/personal-data/iban/").status_code == 404
    assert Event.objects.get(pk=event["id"]).published is False


def test_publisher_pseudonymises_or_removes_and_takes_it_back(seed: Seed) -> None:
    event = made(
        seed,
        Attribute=[
            {"type": "email-src", "value": "anna@exempel.se"},
            {"type": "text", "value": "Skrev Anna@exempel.se, bert@exempel.se"},
            {"type": "ip-dst", "value": "203.0.113.7", "comment": "från anna@exempel.se"},
            {"type": "phone-number", "value": "+46701234567"},
        ],
    )

    def stored() -> list[tuple[str, str, str]]:
        rows = Attribute.objects.filter(event=event["id"], deleted=False).order_by("pk")
        return [(row.type, row.value, row.comment) for row in rows]

    before = stored()
    web = signed_in(seed.publisher)
    answering = f"/event/{event['id']}/personal-data/email/"
    page = web.get(f"/event/{event['id']}/publish/").content.decode()
    assert f"{answering}pseudonymise/" in page
    asked = web.get(f"{answering}pseudonymise/")
    assert asked.status_code == 200
    assert stored() == before, "it asks first"
    done = web.post(f"{answering}pseudonymise/", follow=True).content.decode()
    (kind, anna, _), (_, text, _), (_, address, comment), _phone = stored()
    code = anna.removesuffix("@pseudonym.invalid")
    assert (kind, address, comment) == (
        "email-src",
        "203.0.113.7",
        f"från {code}@pseudonym.invalid",
    ) or code in comment
    assert code in text, "the same wherever it stands in the event"
    assert "exempel.se" not in text
    assert "email" not in {mark[2] for mark in marks(event)}
    point = re.search(r'name="point" value="(\d+)"', done)
    assert point is not None
    web.post(f"/event/{event['id']}/attributes/undo/", {"point": point[1]})
    assert stored() == before
    phone = {"kind": "phone", "way": "pseudonymise"}
    answer = call(seed.publisher.key, "POST", f"/personalDataMarks/replace/{event['id']}", phone)[1]
    assert answer["changed"] == 1
    assert stored()[3][0] == "text"
    removal = {"kind": "email", "way": "remove"}
    assert call(seed.publisher.key, "POST", f"/personalDataMarks/replace/{event['id']}", removal)[0] == 200
    assert [value for _, value, _ in stored()][:2] == ["Skrev […], […]", "203.0.113.7"]
    for user in (seed.analyst, seed.partner, seed.stranger):
        assert call(user.key, "POST", f"/personalDataMarks/replace/{event['id']}", phone)[0] in (403, 404)
    refused = call(
        seed.publisher.key, "POST", f"/personalDataMarks/replace/{event['id']}", phone | {"way": "x"}
    )
    assert "way" in json.dumps(refused[1])
