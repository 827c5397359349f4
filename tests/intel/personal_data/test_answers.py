"""Who wrote personal data answers for them wherever they stand: in an event, and in what is said about it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.knowledge import make_tags
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.exchange.notifications.models import Notification
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Event, Object
from vardkase.intel.personal_data.models import AnalystDataScan, PersonalDataMark, PersonalDataScan
from vardkase.intel.personal_data.services import mark_existing
from vardkase.intel.proposals.conversation import comment_on_proposal
from vardkase.intel.proposals.models import Proposal, ProposalComment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

NUMBER = "19121212-1212"


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


def test_title_tags_reports_and_comments_of_objects_are_answered_as_attributes_are(seed: Seed) -> None:
    make_tags(f"person:{NUMBER}")
    event = made(
        seed,
        info=f"Konto för {NUMBER}",
        Tag=[{"name": f"person:{NUMBER}"}],
        Attribute=[{"type": "text", "value": f"pnr {NUMBER}"}],
        Object=[
            {
                "name": "person",
                "meta-category": "misc",
                "description": "A person",
                "template_uuid": "a15b0477-e9d1-4b9c-9546-abe78a4f4248",
                "template_version": "1",
                "comment": f"Är {NUMBER}",
                "Attribute": [{"object_relation": "text", "type": "text", "value": "x"}],
            }
        ],
        EventReport=[{"name": f"Om {NUMBER}", "content": f"{NUMBER} och {NUMBER}", "distribution": 5}],
    )
    assert {place for place, *_ in marks(event)} == {"title", "tag", "attribute", "object", "report"}

    def stored() -> list[str]:
        row = Event.objects.get(pk=event["id"])
        report, held = row.reports.get(), Object.objects.get(event=row)
        tags = sorted(row.event_tags.values_list("tag__name", flat=True))
        return [
            row.info,
            report.name,
            report.content,
            held.comment,
            row.attributes.order_by("pk")[0].value,
            *tags,
        ]

    before = stored()
    web = signed_in(seed.publisher)
    answering = f"/event/{event['id']}/personal-data/personal-number/"
    assert "5 ställen" in web.get(f"{answering}pseudonymise/").content.decode()
    done = web.post(f"{answering}pseudonymise/", follow=True).content.decode()
    assert "5 ställen ändrades." in done
    after = stored()
    code = after[0].removeprefix("Konto för ")
    assert after == [f"Konto för {code}", f"Om {code}", f"{code} och {code}", f"Är {code}", f"pnr {code}"]
    assert code.startswith("pseudonym-")
    assert not marks(event)
    entry = AuditEntry.objects.get(action="personal_data.replaced")
    assert NUMBER not in json.dumps(entry.change) + entry.title
    point = re.search(r'name="point" value="(\d+)"', done)
    assert point is not None
    web.post(f"/event/{event['id']}/attributes/undo/", {"point": point[1]})
    assert stored() == before
    # The same over the API, and not if a report has been edited since.
    way = {"kind": "personal-number", "way": "remove"}
    path = f"/personalDataMarks/replace/{event['id']}"
    for user in (seed.analyst, seed.partner):
        assert call(user.key, "POST", path, way)[0] in (403, 404)
    answer = call(seed.publisher.key, "POST", path, way)[1]
    assert (answer["changed"], stored()[:4]) == (5, ["Konto för […]", "Om […]", "[…] och […]", "Är […]"])
    undo = f"/personalDataMarks/undo/{event['id']}"
    assert call(seed.org_admin.key, "POST", undo, {"undo": answer["undo"]})[0] == 404, "another person's"
    report = event["EventReport"][0]["id"]
    call(seed.publisher.key, "POST", f"/eventReports/edit/{report}", {"name": "Ny"})
    status, refused = call(seed.publisher.key, "POST", undo, {"undo": answer["undo"]})
    assert (status, "1 of the attributes" in refused["message"]) == (409, True)
    call(seed.publisher.key, "POST", f"/eventReports/edit/{report}", {"name": "Om […]"})
    assert call(seed.publisher.key, "POST", undo, {"undo": answer["undo"]})[1]["restored"] == 6
    assert stored() == before
    assert call(seed.publisher.key, "POST", undo, {"undo": answer["undo"]})[0] == 404


def test_what_is_not_about_an_offence_is_said_so_and_taken_back(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_c.pk).update(offence_period=NEVER)
    noted = {"type": "ip-dst", "value": "203.0.113.7", "comment": f"Misstänkt: {NUMBER}"}
    event = made(seed, Attribute=[noted, {"type": "ip-dst", "value": "203.0.113.8"}])
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")

    def read() -> int:
        return len(call(seed.stranger.key, "GET", f"/events/view/{event['id']}")[1]["Event"]["Attribute"])

    assert read() == 1
    path, reason = (
        f"/personalDataMarks/notOffence/{event['id']}",
        {"kind": "personal-number", "reason": "Gäller offret"},
    )
    for user in (seed.analyst, seed.partner, seed.stranger):
        assert call(user.key, "POST", path, reason)[0] in (403, 404)
    assert "reason" in json.dumps(call(seed.publisher.key, "POST", path, reason | {"reason": " "})[1])
    assert read() == 1
    assert call(seed.publisher.key, "POST", path, reason)[1]["denied"] == 1
    assert read() == 2
    assert call(seed.publisher.key, "POST", path, reason)[0] == 409
    entry = AuditEntry.objects.get(action="personal_data.offence_denied")
    assert entry.change["reason"] == "Gäller offret"
    back = f"/personalDataMarks/takeBackNotOffence/{event['id']}"
    assert call(seed.stranger.key, "POST", back, reason)[0] in (403, 404)
    assert call(seed.publisher.key, "POST", back, reason)[1]["changed"] == 1
    assert read() == 1
    web = signed_in(seed.publisher)
    web.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    answering = f"/event/{event['id']}/personal-data/personal-number/not-offence/"
    assert answering in web.get(f"/event/{event['id']}/publish/").content.decode()
    assert web.post(answering, {"reason": ""}).status_code == 422
    page = web.post(answering, {"reason": "<b>Offret</b>"}, follow=True).content.decode()
    assert "Gäller inte lagöverträdelser, eftersom: &lt;b&gt;Offret" in page
    assert read() == 2
    # A tag that says so later is something new; so is another text.
    attribute = event["Attribute"][0]
    call(seed.publisher.key, "POST", f"/tags/attachTagToObject/{attribute['uuid']}/misstänkt person")
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert read() == 1
    web.post(answering, {"reason": "Offret"})
    assert read() == 2
    # So is a second tag, which the denial knew nothing of; one that is taken off says nothing new.
    make_tags("dömd")
    call(seed.publisher.key, "POST", f"/tags/attachTagToObject/{attribute['uuid']}/dömd")
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert read() == 1
    web.post(answering, {"reason": "Offret"})
    assert read() == 2
    call(seed.publisher.key, "POST", f"/tags/removeTagFromObject/{attribute['uuid']}/dömd")
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert read() == 2
    assert "har ångrats" in web.post(f"{answering}undo/", follow=True).content.decode()
    assert read() == 1


def test_authors_answer_for_what_is_in_proposals_notes_and_opinions(seed: Seed) -> None:
    Organisation.objects.filter(pk=seed.org_c.pk).update(offence_period=NEVER)
    event = made(seed, Attribute=[{"type": "ip-dst", "value": "203.0.113.7"}])
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    target = {"object_uuid": event["uuid"], "object_type": "Event", "distribution": "1"}
    said = {"note": f"Misstänkt: {NUMBER}", "language": "sv", **target}
    note = call(seed.partner.key, "POST", "/analystData/add/Note", said)[1]["Note"]
    reply = {"comment": "Bra", "opinion": 50, **target, "object_uuid": note["uuid"], "object_type": "Note"}
    call(seed.org_admin.key, "POST", "/analystData/add/Opinion", reply)
    call(seed.partner.key, "POST", "/analystData/add/Opinion", {"comment": "Anna", "opinion": 60, **target})
    proposed = {"type": "email-src", "category": "Payload delivery", "value": "anna@exempel.se",
                "comment": f"Dömd: {NUMBER}"}  # fmt: skip
    call(seed.partner.key, "POST", f"/shadow_attributes/add/{event['id']}", proposed)
    call(seed.publisher.key, "POST", f"/shadow_attributes/add/{event['id']}", proposed | {"comment": "Dömd"})
    assert not marks(event) - {
        ("proposal", "value", "email", True),
        ("proposal", "comment", "personal-number", True),
    }

    def read(user: Any) -> tuple[int, int, int]:
        """Notes, opinions and proposals that the user reads of the event."""
        path = f"/events/view/{event['id']}/includeAnalystData:1"
        found = call(user.key, "GET", path)[1]["Event"]
        listed = [call(user.key, "GET", f"/analystData/index/{kind}")[1] for kind in ("Note", "Opinion")]
        proposals = len(found.get("ShadowAttribute", []))
        assert len(found.get("Note", [])) == len(listed[0])
        return len(listed[0]), len(listed[1]), proposals

    # Without a ground nothing of it is read, nor a reply to it; its author and those with a ground read it.
    assert read(seed.stranger) == (0, 1, 0)
    assert read(seed.publisher) == (1, 2, 2)
    assert read(seed.partner) == (1, 2, 2)
    # Each organisation lists its own.
    assert [
        row["PersonalDataMark"]["place"] for row in call(seed.partner.key, "GET", "/personalDataMarks/own")[1]
    ] == [
        "proposal",
        "analyst-data",
        "analyst-data",  # Its author is marked: the address of the account.
    ]
    assert len(call(seed.publisher.key, "GET", "/personalDataMarks/own")[1]) == 1
    assert call(seed.stranger.key, "GET", "/personalDataMarks/own")[1] == []
    web = signed_in(seed.partner)
    web.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    page = web.get("/contributions/personal-data/").content.decode()
    assert page.count(NUMBER) == 2
    assert "anna@exempel.se" in page
    answering = f"/contributions/personal-data/analyst-data/{note['id']}/"
    for other in (seed.publisher, seed.stranger):
        there = signed_in(other)
        assert NUMBER not in there.get("/contributions/personal-data/").content.decode()
        for path in ("", "not-offence/", "remove/"):
            assert there.post(f"{answering}{path}", {"reason": "x"}).status_code == 404
        body = {"act": "remove"}
        assert (
            call(other.key, "POST", f"/personalDataMarks/answerContribution/analyst-data/{note['id']}", body)[
                0
            ]
            == 404
        )
    web.post(answering, {"reason": "Banken"})
    assert "Banken" in web.get("/contributions/personal-data/").content.decode()
    web.post(f"{answering}not-offence/", {"reason": "Offret"})
    assert read(seed.stranger) == (1, 2, 0)
    web.post(f"{answering}not-offence/undo/")
    web.post(f"{answering}undo/")
    assert read(seed.stranger) == (0, 1, 0)
    assert web.get(f"{answering}pseudonymise/").status_code == 200
    done = web.post(f"{answering}pseudonymise/", follow=True).content.decode()
    text = call(seed.stranger.key, "GET", f"/analystData/view/Note/{note['id']}")[1]["Note"]["note"]
    assert text.startswith("Misstänkt: pseudonym-")
    point = re.search(r'name="point" value="(\d+)"', done)
    assert point is not None
    there.post("/contributions/personal-data/undo/", {"point": point[1]})
    assert read(seed.stranger) == (1, 2, 0), "another person cannot undo it"
    web.post("/contributions/personal-data/undo/", {"point": point[1]})
    assert read(seed.stranger) == (0, 1, 0)
    # The proposal, over the API.
    own = f"/personalDataMarks/answerContribution/proposal/{Proposal.objects.get(org=seed.org_b).pk}"
    for act, changed in (
        ("state_necessity", 0),
        ("take_back", 0),
        ("not_offence", 1),
        ("take_back_not_offence", 0),
    ):
        assert call(seed.partner.key, "POST", own, {"act": act, "reason": "Offret"})[0] == 200
        assert read(seed.stranger)[2] == changed
    undone = call(seed.partner.key, "POST", own, {"act": "pseudonymise"})[1]["undo"]
    proposal = Proposal.objects.get(org=seed.org_b)
    assert (proposal.type, proposal.comment[:16]) == ("email-src", "Dömd: pseudonym-")
    assert read(seed.stranger)[2] == 1
    assert call(seed.partner.key, "POST", own, {"act": "undo", "point": undone})[0] == 200
    assert Proposal.objects.get(org=seed.org_b).value == "anna@exempel.se"
    assert "act" in json.dumps(call(seed.partner.key, "POST", own, {"act": "x"})[1])
    # What is said about a proposal is kept from the other side if that has no ground.
    Organisation.objects.filter(pk=seed.org_b.pk).update(offence_period=NEVER)
    comment_on_proposal(seed.publisher.actor, proposal.pk, f"Han är dömd: {NUMBER}")
    (written,) = ProposalComment.objects.all()
    there = f"/event/{event['id']}/proposals/"
    assert NUMBER in signed_in(seed.publisher).get(there).content.decode()
    assert "Han är dömd" not in signed_in(seed.partner).get(there).content.decode()
    assert not Notification.objects.filter(kind="proposal_commented", organisation_id=seed.org_b.pk).exists()
    said = f"/personalDataMarks/answerContribution/proposal-comment/{written.pk}"
    assert call(seed.partner.key, "POST", said, {"act": "not_offence", "reason": "x"})[0] == 404
    owner = signed_in(seed.publisher)
    assert NUMBER in owner.get("/contributions/personal-data/").content.decode()
    assert call(seed.publisher.key, "POST", said, {"act": "not_offence", "reason": "Offret"})[0] == 200
    assert "Han är dömd" in signed_in(seed.partner).get(there).content.decode()
    assert call(seed.publisher.key, "POST", said, {"act": "take_back_not_offence"})[0] == 200
    undone = call(seed.publisher.key, "POST", said, {"act": "pseudonymise"})[1]["undo"]
    assert "Han är dömd: pseudonym-" in signed_in(seed.partner).get(there).content.decode()
    assert call(seed.publisher.key, "POST", said, {"act": "undo", "point": undone})[0] == 200
    assert "Han är dömd" not in signed_in(seed.partner).get(there).content.decode()
    comment_on_proposal(seed.publisher.actor, proposal.pk, "Vi tittar på det.")
    assert Notification.objects.filter(kind="proposal_commented", organisation_id=seed.org_b.pk).exists()
    Organisation.objects.filter(pk=seed.org_b.pk).update(offence_period=seed.org_b.offence_period)
    # A proposal in the middle of a long list, and those of before, are found by the schedule.
    PersonalDataMark.objects.all().delete()
    PersonalDataScan.objects.all().delete()
    AnalystDataScan.objects.all().delete()
    mark_existing()
    assert read(seed.stranger) == (0, 1, 0)
    assert PersonalDataMark.objects.filter(place="proposal-comment", says_offence=True).count() == 1
    call(seed.partner.key, "POST", f"/analystData/delete/Note/{note['id']}")
    assert not PersonalDataMark.objects.filter(place="analyst-data", part_id=note["id"]).exists()
