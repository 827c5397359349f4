"""Hostile feeds that speak in the name of members or claim existing sharing groups."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.exchange.servers import HERE
from tests.exchange.test_feed_fetching import DONE, FIRST, SECOND, add, event, fetch, misp_files, publishing
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.settings.models import SettingValue
from vardkase.exchange.feeds.models import FeedRun
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting

STRANGER = {"uuid": str(uuid4()), "name": "Somebody else"}
LATER = (datetime.now(UTC) + timedelta(hours=12)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture(autouse=True)
def at_once(seed: Seed, settings: Any) -> None:
    """No worker runs in these tests, and feeds on this machine are permitted."""
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SettingValue.objects.create(name="MISP.background_jobs", value=False)


def fetched(seed: Seed, *events: dict[str, Any], distribution: int = 5) -> str:
    """The response to fetching a feed with these events."""
    with publishing(misp_files(*events)) as server:
        number = add(seed, f"{server.url}/feed/", source_format="misp", distribution=distribution)
        return fetch(seed, number)


def member(org: Organisation) -> dict[str, str]:
    return {"uuid": str(org.uuid), "name": org.name}


def note(text: str, **more: Any) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "note": text, "modified": LATER, "distribution": "3", **more}


def opened_to(seed: Seed, org: Organisation) -> dict[str, Any]:
    """The seeded sharing group as a hostile feed describes it: `org` is a member and may add others."""
    group = SharingGroup.objects.get(pk=seed.group.pk)
    entry = {"org_id": str(org.pk), "extend": True, "Organisation": member(org)}
    return {"uuid": str(group.uuid), "name": group.name, "SharingGroupOrg": [entry]}


def members_of(seed: Seed) -> set[str]:
    return set(SharingGroupOrg.objects.filter(sharing_group=seed.group).values_list("org__name", flat=True))


@pytest.mark.parametrize("distribution", [1, 5])
def test_feed_cannot_add_members_to_a_sharing_group(seed: Seed, distribution: int) -> None:
    before, block = members_of(seed), opened_to(seed, seed.org_c)
    reach = {"distribution": "4", "sharing_group_id": str(seed.group.pk), "SharingGroup": block}
    hostile = event(FIRST, 1000, "one.example", **reach)
    hostile["Attribute"][0] |= reach
    hostile["EventReport"] = [{"uuid": str(uuid4()), "name": "r", "content": "c", **reach}]
    hostile["Note"] = [note("n", Orgc=STRANGER, **reach)]
    assert fetched(seed, hostile, distribution=distribution).endswith("Downloaded 1 new event(s).")
    assert members_of(seed) == before
    stored, part = Event.objects.get(uuid=FIRST), Attribute.objects.get(event__uuid=FIRST)
    assert (stored.distribution, stored.sharing_group_id) == ({5: 0}.get(distribution, distribution), None)
    assert (part.distribution, part.sharing_group_id) == ({5: 0}.get(distribution, 5), None)
    assert [each.sharing_group_id for each in AnalystData.objects.all()] == [None]


def test_feed_cannot_change_a_members_note(seed: Seed) -> None:
    about = f"/analystData/add/Note/{uuid4()}/Event"
    _, body = call(seed.analyst.key, "POST", about, {"note": "ours", "distribution": 0})
    uuid = body["Note"]["uuid"]
    hostile = event(FIRST, 1000, "one.example")
    hostile["Note"] = [note("theirs", uuid=uuid.upper(), Orgc=STRANGER)]
    hostile["Attribute"][0]["Note"] = {**note("theirs", Orgc=STRANGER), "Note": [note("theirs", uuid=uuid)]}
    fetched(seed, hostile)
    stored = AnalystData.objects.get(uuid=uuid)
    assert (stored.text, stored.distribution, str(stored.orgc.uuid)) == ("ours", 0, str(seed.org_a.uuid))
    assert stored.object_uuid != Event.objects.get(uuid=FIRST).uuid


def test_notes_sightings_and_proposals_in_a_members_name_are_dropped(seed: Seed) -> None:
    ours = member(seed.org_a)
    hostile = event(FIRST, 1000, "one.example")
    seen = {"date_sighting": "1700000000", "type": "0", "attribute_uuid": hostile["Attribute"][0]["uuid"]}
    proposed = {"type": "domain", "category": "Network activity", "value": "p.example"}
    hostile["Note"] = [
        note("a", Orgc=ours),
        note("b", orgc_uuid=ours["uuid"]),
        note("c", Orgc={"uuid": "{" + ours["uuid"].upper() + "}", "name": "x"}, orgc_uuid=STRANGER["uuid"]),
        note("d"),
        note("stranger", Orgc=STRANGER, Opinion=[{"opinion": 0, "uuid": str(uuid4()), "Orgc": ours}]),
    ]
    hostile["Attribute"][0] |= {
        "Sighting": [{**seen, "Organisation": ours}, {**seen, "org_id": "1"}, {**seen, "Organisation": STRANGER}],
        "ShadowAttribute": [
            {**proposed, "Org": ours},
            {"ShadowAttribute": {**proposed, "value": "q.example", "org_uuid": ours["uuid"]}},
            {**proposed, "value": "r.example"},
            {**proposed, "value": "s.example", "Org": STRANGER},
        ],
    }  # fmt: skip
    fetched(seed, hostile)
    said = [*AnalystData.objects.values_list("orgc__uuid", flat=True)]
    said += [*Sighting.objects.values_list("org__uuid", flat=True)]
    said += [*Proposal.objects.values_list("org__uuid", flat=True)]
    assert list(map(str, said)) == [STRANGER["uuid"]] * 3


def test_event_without_a_creator_is_refused(seed: Seed) -> None:
    nobodys = event(FIRST, 1000, "one.example", Orgc={"name": "No uuid"})
    assert fetched(seed, nobodys, event(SECOND, 1000, "two.example")) == (
        f"{DONE} Downloaded 1 new event(s). 1 event(s) could not be added."
    )
    assert not Event.objects.filter(uuid=FIRST).exists()


def test_feed_cannot_change_a_protected_event(seed: Seed) -> None:
    fetched(seed, event(FIRST, 1000, "one.example"))
    Event.objects.filter(uuid=FIRST).update(protected=True)
    assert fetched(seed, event(FIRST, 2000, "two.example")) == f"{DONE} 1 event(s) could not be added."
    assert [each.value1 for each in Attribute.objects.all()] == ["one.example"]


@pytest.mark.parametrize("poison", ['"a\\u0000b"', "[" * 300 + "]" * 300, '"\\ud800"', "NaN"])
def test_one_unstorable_event_does_not_stop_the_others(seed: Seed, poison: str) -> None:
    files = misp_files(event(FIRST, 1000, "one.example"), event(SECOND, 1000, "two.example"))
    whole = json.dumps({"Event": event(FIRST, 1000, "one.example", info="@")})
    files[f"/feed/{FIRST}.json"] = whole.replace('"@"', poison).encode()
    with publishing(files) as server:
        number = add(seed, f"{server.url}/feed/", source_format="misp")
        result = fetch(seed, number)
    assert result == f"{DONE} Downloaded 1 new event(s). 1 event(s) could not be added."


def test_feed_cannot_change_a_locked_event(seed: Seed) -> None:
    """Nor does a feed lock its own events: it could not bring newer versions of them."""
    fetched(seed, event(FIRST, 1000, "one.example", locked=True), distribution=0)
    assert fetched(seed, event(FIRST, 2000, "two.example"), distribution=0).endswith(
        "Downloaded 1 new event(s)."
    )
    Event.objects.filter(uuid=FIRST).update(locked=True, distribution=0)
    hostile = event(FIRST, 3000, "three.example")
    assert fetched(seed, hostile, distribution=3) == f"{DONE} 1 event(s) could not be added."
    assert Event.objects.get(uuid=FIRST).distribution == 0
    assert not Attribute.objects.filter(value1="three.example").exists()


def test_run_records_why_an_event_was_refused(seed: Seed, password_is_enough: None) -> None:
    marked = event(FIRST, 1000, "one.example", info="KVALIFICERAT HEMLIG", published=True)
    result = fetched(seed, marked, event(SECOND, 1000, "two.example", published=True), distribution=1)
    assert result == f"{DONE} Downloaded 1 new event(s). 1 event(s) could not be added."
    run = FeedRun.objects.get()
    assert (run.state, FIRST in run.fault, "KVALIFICERAT HEMLIG" in run.fault) == ("done", True, False)
    page = signed_in(seed.site_admin).get(reverse("feed", args=[run.feed_id])).content.decode()
    assert "Den är i karantän" in page
    assert "KVALIFICERAT HEMLIG" not in page
