"""The pages and the API of the received register: an authority reads its own, a legal officer those of others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.applications import make_staff
from tests.factories.intel import make_attribute, make_event
from tests.factories.public_records import member, published
from tests.factories.seed import Seed
from tests.web.accounts import signed_in as signed_in_user
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.hub.public_records.received.authorities import is_connected_authority
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Event
from vardkase.intel.services.publish import publish_event, unpublish_event

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.usefixtures("password_is_enough")
REGISTER = "/public-records/received/"


def text(client: object, address: str) -> str:
    response = client.get(address)  # type: ignore[attr-defined]
    assert response.status_code == 200, response.status_code
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())


def test_authority_finds_and_exports_what_it_has_received(seed: Seed, settings: SettingsWrapper) -> None:
    settings.VARDKASE_UNPUBLISHED_PRIVATE = True
    client = signed_in(seed.partner)
    assert client.get(REGISTER).status_code == 404, "no authority yet"
    assert REGISTER not in text(client, "/help/"), "and no entry in the navigation"
    member(seed.org_b)
    assert REGISTER in text(client, "/help/")
    assert "Inget har kommit in än" in text(client, REGISTER)

    event = make_event(seed.org_a, distribution=1, info="Nätfiske mot kommuner")
    event.save()
    make_attribute(event, value1="open.example").save()
    make_attribute(event, value1="ours.example", distribution=0).save()
    publish_event(seed.publisher.actor, event.pk)
    other = published(seed, info="=HYPERLINK()", distribution=4, sharing_group=seed.group)
    hidden = published(seed, info="For us alone", distribution=0)
    listed = text(client, REGISTER)
    assert "Nätfiske mot kommuner" in listed
    assert "For us alone" not in listed
    assert f"received/{hidden.pk}-" not in listed
    assert "=HYPERLINK" not in text(client, REGISTER + "?text=n%C3%A4tfiske")
    assert "Ingen version stämmer" in text(client, REGISTER + "?last=2020-01-01")
    assert client.get(REGISTER + "?first=yesterday").status_code == 422

    rows = json.loads(text(client, REGISTER + "export/?format=json"))
    assert [row["title"] for row in rows] == ["=HYPERLINK()", "Nätfiske mot kommuner"]
    address = rows[1]["address"].removeprefix("http://testserver")
    assert address == f"{REGISTER}{rows[1]['number']}/"
    assert '"\'=HYPERLINK()"' in text(client, REGISTER + "export/?format=csv"), "no formula in a spreadsheet"
    shown = text(client, address)
    assert "open.example" in shown
    assert "ours.example" not in shown

    Event.objects.filter(pk=event.pk).update(info="Renamed", published=False, being_changed=True)
    publish_event(seed.publisher.actor, event.pk)
    assert "Nätfiske mot kommuner" in text(client, address), "a version never changes"
    assert len(json.loads(text(client, REGISTER + "export/?format=json"))) == 3

    unpublish_event(seed.publisher.actor, event.pk)
    kept = json.loads(text(client, REGISTER + "export/?format=json"))
    assert [row["title"] for row in kept] == [None, "=HYPERLINK()", None]
    taken_down = text(client, address)
    assert "Innehållet visas inte" in taken_down
    assert "open.example" not in taken_down
    assert "Nätfiske" not in text(client, REGISTER)
    assert "Ingen version stämmer" in text(client, REGISTER + "?text=fiske"), "nor found by its title"
    Event.objects.filter(pk=other.pk).update(withheld=True)
    assert "HYPERLINK" not in text(client, REGISTER)

    stranger = signed_in(seed.stranger)
    member(seed.org_c)
    assert stranger.get(f"{REGISTER}{kept[1]['number']}/").status_code == 404, "never shared with them"


def test_legal_officer_decides_on_companies_and_reads_what_the_hub_received_too(seed: Seed) -> None:
    jurist = signed_in_user(make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"))
    officer = signed_in_user(make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "officer@hub.example"))
    operator = signed_in_user(make_staff(seed, StaffRole.OPERATOR, "operator@hub.example"))
    member(seed.org_b, "public_company")
    member(seed.org_c, "private_company")
    authorities = "/public-records/authorities/"
    listed = text(jurist, authorities)
    assert "Organisation B" in listed
    assert "Organisation C" not in listed
    assert "Inte avgjort" in listed
    decide = f"{authorities}{seed.org_b.pk}/decide/"
    assert decide in text(jurist, "/office/?kind=connected_authority")
    assert decide not in text(officer, "/office/")
    given = {"is_authority": "1", "provision": "osl_2_3", "reason": "Kommunen äger bolaget helt."}
    assert jurist.post(decide, given | {"reason": "kort"}).status_code == 422
    assert officer.post(decide, given).status_code == 403
    assert jurist.post(f"{authorities}{seed.org_c.pk}/decide/", given).status_code == 404
    assert not is_connected_authority(seed.org_b.pk)
    assert jurist.post(decide, given).status_code == 302
    assert is_connected_authority(seed.org_b.pk)
    assert decide not in text(jurist, "/office/")
    assert AuditEntry.objects.filter(action="authority.decided").count() == 1

    for_both = published(seed, info="For everybody")
    in_group = published(seed, info="For the group", distribution=4, sharing_group=seed.group)
    of_authority = f"{authorities}{seed.org_b.pk}/"
    listed = text(jurist, of_authority)
    assert "For everybody" in listed
    assert "For the group" not in listed
    assert f"received/{in_group.pk}-" not in listed, "nor that there is such a version"
    rows = json.loads(text(jurist, of_authority + "export/?format=json"))
    assert [row["number"].partition("-")[0] for row in rows] == [str(for_both.pk)]
    assert "For everybody" in text(jurist, f"{of_authority}received/{rows[0]['number']}/")
    own = json.loads(text(signed_in(seed.partner), REGISTER + "export/?format=json"))
    group_number = next(row["number"] for row in own if row["title"] == "For the group")
    assert jurist.get(f"{of_authority}received/{group_number}/").status_code == 404
    assert jurist.get(f"{authorities}{seed.org_c.pk}/").status_code == 404
    for client in (officer, operator, signed_in(seed.stranger)):
        assert client.get(of_authority).status_code == 403
    assert operator.get(REGISTER).status_code == 403, "who may not read what is shared reads no register"


def test_register_over_the_api(seed: Seed) -> None:
    member(seed.org_b)
    event = published(seed, info="Nätfiske")
    rows = call(seed.partner.key, "POST", "/receivedVersions/index", {"text": "nätfiske"})[1]
    assert [row["ReceivedVersion"]["title"] for row in rows] == ["Nätfiske"]
    number = rows[0]["ReceivedVersion"]["number"]
    assert number.startswith(f"{event.pk}-")
    viewed = call(seed.partner.key, "GET", f"/receivedVersions/view/{number}")[1]
    assert viewed == {"ReceivedVersion": rows[0]["ReceivedVersion"]}
    assert call(seed.partner.key, "POST", "/receivedVersions/index", {"first": "x"})[0] == 403
    assert call(seed.stranger.key, "GET", "/receivedVersions/index")[0] == 404
    other = {"organisation": seed.org_b.pk}
    assert call(seed.stranger.key, "POST", "/receivedVersions/index", other)[0] == 403

    jurist = make_key(make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"))
    found = call(jurist, "POST", "/receivedVersions/index", other)[1]
    assert [row["ReceivedVersion"]["number"] for row in found] == [number]
    member(seed.org_c, "public_company")
    answer = {"is_authority": True, "provision": "osl_2_3", "reason": "Kommunen äger bolaget helt."}
    decided = call(jurist, "POST", f"/connectedAuthorities/decide/{seed.org_c.pk}", answer)[1]
    assert decided["ConnectedAuthority"]["is_connected"] is True
    names = [
        row["ConnectedAuthority"]["name"] for row in call(jurist, "GET", "/connectedAuthorities/index")[1]
    ]
    assert names == ["Hub", "Organisation B", "Organisation C"]
