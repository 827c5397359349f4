"""What is published for a sharing group alone reaches receivers in the group, and nobody else notices."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.cast import Cast
from tests.exchange.servers import HERE
from tests.exchange.streams.receivers import hook
from tests.exchange.streams.stage import play, webhook
from tests.exchange.taxii_scene import make_collection, resource
from tests.exchange.test_own_feeds import made, read, worked
from tests.intel.hidden_scene import ACTS, HIDDEN, LONG_AGO, Scene
from tests.support.mail_server import mail_server, use
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.sql import cursor
from vardkase.exchange.notices import tasks as notices
from vardkase.exchange.outbox.models import Delivery, Entry, EntryKind
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.tasks import refresh_and_settle
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.candidates import candidates
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import SharingGroup

ACT = "publishes what has changed"


@pytest.fixture(params=["group", "owner"])
def scene(request: Any, cast: Cast, tmp_path: Path, settings: Settings) -> Scene:
    """An event for all, with parts for a group or for the owner alone."""
    settings.DATA_DIR = tmp_path
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SharingGroup.objects.update(roaming=True)
    limit = {"distribution": "4", "sharing_group_id": str(cast.group.pk)}
    return Scene.of(cast, limit if request.param == "group" else HIDDEN, distribution="3")


def is_for_group(scene: Scene) -> bool:
    return scene.limit != HIDDEN


def connection(cast: Cast, org: Any) -> Server:
    return Server.objects.create(
        name=org.name, url="https://peer.example", org=cast.hub, remote_org=org, push=True, priority=1
    )


def test_connections_are_promised_it_when_they_lead_to_the_group(scene: Scene) -> None:
    inside, outside = (connection(scene.cast, org) for org in (scene.cast.org_b, scene.cast.org_c))
    before = candidates(outside)
    ACTS[ACT](scene)
    waiting = Delivery.objects.filter(kind=EntryKind.CONNECTION)
    expected = [scene.cast.org_b.name] if is_for_group(scene) else []
    assert list(waiting.values_list("receiver_name", flat=True)) == expected
    jobs = ProcrastinateJob.objects.filter(task_name="sync.push_published")
    assert [job.args["server_id"] for job in jobs] == ([inside.pk] if is_for_group(scene) else [])
    assert candidates(outside) == before
    [candidate] = candidates(inside)
    assert (candidate.timestamp > LONG_AGO) is is_for_group(scene)
    assert (candidate.published > LONG_AGO + 1) is is_for_group(scene)


def test_a_connection_gets_nothing_while_a_change_for_its_group_waits(scene: Scene) -> None:
    inside, outside = (connection(scene.cast, org) for org in (scene.cast.org_b, scene.cast.org_c))
    ACTS["edits"](scene)
    assert bool(candidates(inside)) is not is_for_group(scene)
    assert candidates(outside)


def test_a_feed_of_the_owner_changes_for_those_alone_who_get_the_part(scene: Scene) -> None:
    made(scene.cast)
    made(scene.cast, name="grouped", distributions=[3], sharing_groups=[scene.cast.group.pk])
    files = ("manifest.json", "hashes.csv", f"{scene.event['uuid']}.json")
    before = {file: read(scene.cast.stranger, f"public/{file}").body for file in files}
    assert before[files[2]]
    ACTS["edits"](scene)
    for feed in OwnFeed.objects.all():
        refresh_and_settle(feed, whole=True)
    assert {file: read(scene.cast.stranger, f"public/{file}").body for file in files} == before
    scene.act(f"/events/publish/{scene.event['id']}")
    waiting = Delivery.objects.filter(kind=EntryKind.FEED)
    assert list(waiting.values_list("receiver_name", flat=True)) == (
        ["grouped"] if is_for_group(scene) else []
    )
    worked()
    assert {file: read(scene.cast.stranger, f"public/{file}").body for file in files} == before
    told = read(scene.cast.analyst, f"grouped/{scene.event['uuid']}.json").body
    assert (b'"comment":"more"' in told) is is_for_group(scene)


def test_a_collection_has_it_anew_for_the_group_alone(scene: Scene) -> None:
    collection = make_collection(scene.cast)
    path = f"collections/{collection.uuid}"
    asked = ("objects/", "manifest/")
    resource(scene.cast.stranger.key, f"{path}/objects/")  # The first time takes long, and gives a part.
    outside = [resource(scene.cast.stranger.key, f"{path}/{each}") for each in asked]
    ACTS["edits"](scene)
    assert [resource(scene.cast.stranger.key, f"{path}/{each}") for each in asked] == outside
    scene.act(f"/events/publish/{scene.event['id']}")
    scene_is_settled()
    assert [resource(scene.cast.stranger.key, f"{path}/{each}") for each in asked] == outside
    later = {"added_after": "2024-01-01T00:00:00Z"}
    assert not resource(scene.cast.stranger.key, f"{path}/manifest/", **later).get("objects")
    anew = resource(scene.cast.partner.key, f"{path}/manifest/", **later).get("objects")
    assert bool(anew) is is_for_group(scene)


def scene_is_settled() -> None:
    """Put the publication a second back: the present second is served when it is over."""
    cursor().execute("UPDATE event_group_times SET publish_timestamp = publish_timestamp - 5")
    cursor().execute("UPDATE event SET private_publish_timestamp = private_publish_timestamp - 5 "
                     "WHERE private_publish_timestamp > 0")  # fmt: skip


@pytest.mark.parametrize("topics", [["misp_json"], ["misp_json", "misp_json_event", "misp_json_attribute"]])
def test_streams_say_nothing_of_it_to_others(scene: Scene, topics: list[str]) -> None:
    with hook() as inside, hook() as outside:
        one, inside.secret = webhook(
            scene.cast, inside.running.url, name="B", topics=topics, org_id=scene.cast.org_b.pk
        )
        two, outside.secret = webhook(
            scene.cast, outside.running.url, name="C", topics=topics, org_id=scene.cast.org_c.pk
        )
        for act in (ACT, "sends the event and publishes it", "adds an attribute"):
            ACTS[act](scene)
        play(one)
        play(two)
        assert outside.documents == []
        assert bool(inside.documents) is is_for_group(scene)
        assert not Delivery.objects.filter(receiver_id=two.pk, kind=EntryKind.STREAM).exists()
    assert two.position == Entry.objects.order_by("-place").values_list("place", flat=True)[0]


def test_mail_goes_to_the_group_alone(scene: Scene, settings: Settings) -> None:
    User.objects.update(autoalert=True)
    scene.act(f"/attributes/edit/{scene.hidden['uuid']}", {"comment": str(uuid4())})
    with mail_server() as server:
        use(settings, server.port)
        scene.act(f"/events/alert/{scene.event['id']}")
        for job in ProcrastinateJob.objects.filter(task_name="notices.alert"):
            notices.alert(**job.args)
    told = {mail.recipient.partition("@")[2] for mail in OutgoingMail.objects.all()}
    # With nothing new for anybody, it is the version from before that people are told of once more.
    assert told == {"a.example", "b.example", "hub.example"} | (
        set() if is_for_group(scene) else {"c.example"}
    )
