"""Personal data on offences reach organisations with a legal ground, by legal form and recorded permission."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership.phase_approvals import approve, record_in_force, revoke
from tests.web.signed_in import signed_in
from vardkase.core.clock import today
from vardkase.exchange.notification_mails.recipients import MailReader, lines
from vardkase.exchange.own_feeds.content import outsider
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.candidates import reader_of
from vardkase.formats.feed import FeedReach
from vardkase.formats.misp_json import EventOptions, event_document
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.services import propose_change
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.offence_data.models import OffencePermission
from vardkase.hub.membership.offence_data.services import (
    apply_grounds,
    propose_ending,
    propose_permission,
)
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, report_predicate
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.intel.models import Attribute, Event, EventVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

SUSPECT = {"type": "domain", "value": "suspect.example", "comment": "Misstänkt: 19121212-1212"}
OPEN = {"type": "domain", "value": "open.example"}


@pytest.fixture
def desk(seed: Seed, mail: Any) -> Desk:
    desk = make_desk(seed)
    MembershipInUse.objects.create(pk=1)
    member(desk, seed.org_a, sector="state_authority")
    return desk


def reader_in(seed: Seed, desk: Desk, legal_form: str) -> ApiUser:
    """Of organisation B, a member of this legal form."""
    if not Membership.objects.filter(organisation=seed.org_b).exists():
        member(desk, seed.org_b)
    Membership.objects.filter(organisation=seed.org_b).update(sector=legal_form)
    apply_grounds()
    return seed.partner


def shared(seed: Seed, **fields: Any) -> dict[str, Any]:
    body = {"info": "Bedrägeri", "distribution": 1, "published": True, "Attribute": [SUSPECT, OPEN], **fields}
    status, answer = call(seed.publisher.key, "POST", "/events/add", body)
    assert status == 200, answer
    event: dict[str, Any] = answer["Event"]
    call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    return event


def values(user: ApiUser, event: dict[str, Any]) -> set[str]:
    status, answer = call(user.key, "GET", f"/events/view/{event['id']}")
    return {each["value"] for each in answer["Event"]["Attribute"]} if status == 200 else set()


WITH_ALL = {"suspect.example", "open.example"}
WITHOUT = {"open.example"}


def test_legal_form_answers_permissions_and_precondition_decide_at_once(seed: Seed, desk: Desk) -> None:
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    event = shared(seed)
    for legal_form, seen in (
        ("municipality", WITH_ALL),
        ("public_company", WITHOUT),
        ("private_company", WITHOUT),
        ("other", WITHOUT),
    ):
        assert values(reader_in(seed, desk, legal_form), event) == seen, legal_form
    reader = reader_in(seed, desk, "public_company")
    said = approve(
        seed,
        propose_change(
            at_the_screen(jurist),
            LegalRuleKind.QUESTION,
            "offence_data_public_company",
            {"answer": "yes"},
            "PM",
        ),
    )
    assert said.version == 1
    assert values(reader, event) == WITH_ALL
    reader = reader_in(seed, desk, "private_company")
    assert values(reader, event) == WITHOUT
    record_in_force(seed, at_the_screen(jurist), "offence_data", today(), "SFS 2027:1")
    assert values(reader, event) == WITH_ALL
    revoke(seed, at_the_screen(jurist), "offence_data", "Upphävd")
    assert values(reader, event) == WITHOUT
    record_in_force(seed, at_the_screen(jurist), "offence_data", today() + timedelta(days=9), "SFS 2027:2")
    assert values(reader, event) == WITHOUT, "not in force yet"
    revoke(seed, at_the_screen(jurist), "offence_data", "Upphävd")
    # One organisation: a legal officer proposes, a second person approves.
    proposal = propose_permission(at_the_screen(jurist), seed.org_b.pk, today(), None, "IMY 2026-1")
    assert values(reader, event) == WITHOUT
    permission: OffencePermission = approve(seed, proposal)
    assert values(reader, event) == WITH_ALL
    approve(seed, propose_ending(at_the_screen(jurist), permission.pk, "Återkallat"))
    assert values(reader, event) == WITHOUT
    past = OffencePermission(
        organisation=seed.org_b, since=today() - timedelta(9), until=today() - timedelta(1)
    )
    past.save()
    apply_grounds()
    assert values(reader, event) == WITHOUT


def test_event_is_shown_without_them_and_says_so_only_if_its_owner_lets_it(seed: Seed, desk: Desk) -> None:
    reader = reader_in(seed, desk, "private_company")
    report = {"name": "Rapport", "content": "Anna Svensson anhölls.", "distribution": 5}
    event = shared(seed, EventReport=[report])
    shared(seed, info="Dömd: 19121212-1212")
    page = signed_in(reader).get(f"/event/{event['id']}/").content.decode()
    assert "open.example" in page
    assert "suspect.example" not in page
    assert "personuppgifter om lagöverträdelser" not in page
    found = call(reader.key, "POST", "/events/restSearch", {"returnFormat": "json"})[1]["response"]
    assert [each["Event"]["attribute_count"] for each in found] == ["1"]
    assert found[0]["Event"]["EventReport"] == []
    admin = signed_in(seed.org_admin)
    assert admin.post("/organisation/withheld-items/", {"tells": "on"}).status_code == 302
    page = signed_in(reader).get(f"/event/{event['id']}/").content.decode()
    assert "2 uppgifter visas inte: personuppgifter om lagöverträdelser." in page
    assert signed_in(reader).post("/organisation/withheld-items/", {"tells": "on"}).status_code == 403


def test_last_version_withholds_what_was_about_an_offence_when_it_was_published(
    seed: Seed, desk: Desk
) -> None:
    reader = reader_in(seed, desk, "private_company")
    event = shared(seed)
    suspect = next(each for each in event["Attribute"] if each["comment"])
    version = EventVersion.objects.get(event_id=event["id"])
    assert [str(uuid) for uuid in version.offences or []] == [suspect["uuid"]]
    # What is marked no longer was when it was published.
    call(seed.publisher.key, "POST", f"/attributes/edit/{suspect['id']}", {"comment": "Lugnt"})
    page = signed_in(reader).get(f"/event/{event['id']}/", follow=True).content.decode()
    assert "open.example" in page
    assert "suspect.example" not in page
    for value, where in (("open.example", True), ("suspect.example", False)):
        found = signed_in(reader).get(f"/search/?q={value}").content.decode()
        assert (f"/event/{event['id']}/" in found) is where


def test_what_a_member_without_ground_sends_back_leaves_them_here(seed: Seed, desk: Desk) -> None:
    reader_in(seed, desk, "private_company")
    event = shared(seed, distribution=3)
    document = call(seed.partner_sync.key, "GET", f"/events/view/{event['uuid']}")[1]["Event"]
    assert {each["value"] for each in document["Attribute"]} == WITHOUT
    document["timestamp"] = str(int(document["timestamp"]) + 60)
    Event.objects.filter(pk=event["id"]).update(locked=True)
    call(seed.partner_sync.key, "POST", f"/events/edit/{event['uuid']}", {"Event": document})
    stored = Attribute.objects.filter(event=event["id"], deleted=False)
    assert set(stored.values_list("value1", flat=True)) == WITH_ALL
    suspect = stored.get(value1="suspect.example")
    for path in (f"/attributes/delete/{suspect.pk}", f"/attributes/edit/{suspect.uuid}"):
        assert call(seed.partner_sync.key, "POST", path, {"comment": "x"})[0] in (403, 404)
    assert values(seed.publisher, event) == WITH_ALL


def test_publisher_without_ground_is_stopped_and_keeps_its_own(seed: Seed, desk: Desk) -> None:
    Membership.objects.filter(organisation=seed.org_a).update(sector="private_company")
    apply_grounds()
    body = {"info": "Bedrägeri", "distribution": 1, "Attribute": [SUSPECT]}
    event = call(seed.publisher.key, "POST", "/events/add", body)[1]["Event"]
    status, refused = call(seed.publisher.key, "POST", f"/events/publish/{event['id']}")
    assert status in (403, 405)
    assert "no legal ground to share personal data on offences" in json.dumps(refused)
    assert not Event.objects.get(pk=event["id"]).published
    assert values(seed.publisher, event) == {"suspect.example"}, "its own"
    # What its own server sends is stored, and withheld from everybody else.
    user = seed.partner_sync.user
    user.org = seed.org_a
    user.save()
    sent = {"info": "x", "distribution": 1, "published": True, "locked": True, "Attribute": [SUSPECT]}
    made = call(seed.partner_sync.key, "POST", "/events/add", {"Event": sent})[1]["Event"]
    assert Event.objects.get(pk=made["id"]).published is False


def test_flag_of_the_actor_and_the_database_say_the_same(seed: Seed, desk: Desk) -> None:
    reader = reader_in(seed, desk, "private_company")
    Organisation.objects.filter(pk=seed.org_c.pk).update(read_period="(,)")
    assert actor_for(reader.user, Credential.JOB).reads_offences is True, "as it was loaded"
    assert Organisation.objects.get(pk=seed.org_b.pk).reads_offences is False
    assert Organisation.objects.get(pk=seed.org_c.pk).reads_offences is False, "not a member"
    assert Organisation.objects.get(pk=seed.hub.pk).reads_offences is True, "runs the hub"


def test_mails_streams_feeds_and_pushes_leave_them_out(seed: Seed, desk: Desk) -> None:
    reader_in(seed, desk, "private_company")
    event = shared(seed, distribution=3)
    number = int(event["id"])
    private, public = (MailReader(org.pk, False) for org in (seed.org_b, seed.org_a))
    mailed = {who: {line.value for line in found} for who, found in lines(number, [private, public]).items()}
    assert mailed == {private: WITHOUT, public: WITH_ALL}
    peer = Server(name="peer", url="https://peer.example", org=seed.hub, remote_org=seed.org_b)
    everything = reading_actor(seed.org_a.pk, "feed")
    for actor, seen in (
        (reader_of(peer), WITHOUT),
        (reading_actor(seed.org_b.pk, "stream"), WITHOUT),
        (outsider(everything, FeedReach(frozenset("3"), frozenset())), WITHOUT),
        (everything, WITH_ALL),
    ):
        document = json.loads(b"".join(event_document(actor, number, EventOptions())))["Event"]
        assert {each["value"] for each in document["Attribute"]} == seen, actor.name


def test_gate_adds_nothing_to_the_queries_of_those_who_may_read(seed: Seed) -> None:
    actor = seed.partner.actor
    for predicate in (event_predicate, attribute_predicate, lambda who: report_predicate(who, "r")):
        assert "personal_data_mark" not in predicate(replace(actor, reads_offences=True))
        for gated in (False, None):
            assert "personal_data_mark" in predicate(replace(actor, reads_offences=gated))
