"""A publication for a sharing group reaches only receivers in the group, and is invisible to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.exchange.servers import HERE
from tests.exchange.streams.receivers import hook
from tests.exchange.test_own_feeds import make_own_feed, read_file, run_feed_jobs
from tests.factories.hidden_parts import ACTS, HIDDEN, LONG_AGO, Setup
from tests.factories.seed import Seed
from tests.factories.streams import play, webhook
from tests.factories.taxii import make_collection, resource
from tests.support.mail_server import mail_server, use
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.sql import cursor
from vardkase.exchange.notification_mails import tasks as notification_mails
from vardkase.exchange.outbox.models import Delivery, Entry, EntryKind
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.exchange.own_feeds.tasks import refresh_and_settle
from vardkase.exchange.servers.models import Server
from vardkase.exchange.sync.candidates import candidates
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import SharingGroup

ACT = "publishes what has changed"


@pytest.fixture(params=["group", "owner"])
def setup(request: Any, seed: Seed, tmp_path: Path, settings: Settings) -> Setup:
    """An event for everyone, with parts for a group or for the owner only."""
    settings.DATA_DIR = tmp_path
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    SharingGroup.objects.update(roaming=True)
    limit = {"distribution": "4", "sharing_group_id": str(seed.group.pk)}
    return Setup.of(seed, limit if request.param == "group" else HIDDEN, distribution="3")


def is_for_group(setup: Setup) -> bool:
    return setup.limit != HIDDEN


def connection(seed: Seed, org: Any) -> Server:
    return Server.objects.create(
        name=org.name, url="https://peer.example", org=seed.hub, remote_org=org, push=True, priority=1
    )


def test_only_connections_to_the_group_get_a_delivery(setup: Setup) -> None:
    inside, outside = (connection(setup.seed, org) for org in (setup.seed.org_b, setup.seed.org_c))
    before = candidates(outside)
    ACTS[ACT](setup)
    waiting = Delivery.objects.filter(kind=EntryKind.CONNECTION)
    expected = [setup.seed.org_b.name] if is_for_group(setup) else []
    assert list(waiting.values_list("receiver_name", flat=True)) == expected
    jobs = ProcrastinateJob.objects.filter(task_name="sync.push_published")
    assert [job.args["server_id"] for job in jobs] == ([inside.pk] if is_for_group(setup) else [])
    assert candidates(outside) == before
    [candidate] = candidates(inside)
    assert (candidate.timestamp > LONG_AGO) is is_for_group(setup)
    assert (candidate.published > LONG_AGO + 1) is is_for_group(setup)


def test_unpublished_group_change_holds_back_the_event_for_that_group(setup: Setup) -> None:
    inside, outside = (connection(setup.seed, org) for org in (setup.seed.org_b, setup.seed.org_c))
    ACTS["edits"](setup)
    assert bool(candidates(inside)) is not is_for_group(setup)
    assert candidates(outside)


def test_only_feeds_with_the_part_change(setup: Setup) -> None:
    make_own_feed(setup.seed)
    make_own_feed(setup.seed, name="grouped", distributions=[3], sharing_groups=[setup.seed.group.pk])
    files = ("manifest.json", "hashes.csv", f"{setup.event['uuid']}.json")
    before = {file: read_file(setup.seed.stranger, f"public/{file}").body for file in files}
    assert before[files[2]]
    ACTS["edits"](setup)
    for feed in OwnFeed.objects.all():
        refresh_and_settle(feed, whole=True)
    assert {file: read_file(setup.seed.stranger, f"public/{file}").body for file in files} == before
    setup.act(f"/events/publish/{setup.event['id']}")
    waiting = Delivery.objects.filter(kind=EntryKind.FEED)
    assert list(waiting.values_list("receiver_name", flat=True)) == (
        ["grouped"] if is_for_group(setup) else []
    )
    run_feed_jobs()
    assert {file: read_file(setup.seed.stranger, f"public/{file}").body for file in files} == before
    document = read_file(setup.seed.analyst, f"grouped/{setup.event['uuid']}.json").body
    assert (b'"comment":"more"' in document) is is_for_group(setup)


def test_taxii_collection_shows_a_new_version_to_the_group_only(setup: Setup) -> None:
    collection = make_collection(setup.seed)
    path = f"collections/{collection.uuid}"
    asked = ("objects/", "manifest/")
    resource(setup.seed.stranger.key, f"{path}/objects/")  # The first request renders only a part.
    outside = [resource(setup.seed.stranger.key, f"{path}/{each}") for each in asked]
    ACTS["edits"](setup)
    assert [resource(setup.seed.stranger.key, f"{path}/{each}") for each in asked] == outside
    setup.act(f"/events/publish/{setup.event['id']}")
    let_a_second_pass()
    assert [resource(setup.seed.stranger.key, f"{path}/{each}") for each in asked] == outside
    later = {"added_after": "2024-01-01T00:00:00Z"}
    assert not resource(setup.seed.stranger.key, f"{path}/manifest/", **later).get("objects")
    anew = resource(setup.seed.partner.key, f"{path}/manifest/", **later).get("objects")
    assert bool(anew) is is_for_group(setup)


def let_a_second_pass() -> None:
    """Move the publication into the past: the present second is served only once it is over."""
    cursor().execute("UPDATE event_group_times SET publish_timestamp = publish_timestamp - 5")
    cursor().execute("UPDATE event SET private_publish_timestamp = private_publish_timestamp - 5 "
                     "WHERE private_publish_timestamp > 0")  # fmt: skip


@pytest.mark.parametrize("topics", [["misp_json"], ["misp_json", "misp_json_event", "misp_json_attribute"]])
def test_streams_of_other_organisations_get_nothing(setup: Setup, topics: list[str]) -> None:
    with hook() as inside, hook() as outside:
        one, inside.secret = webhook(
            setup.seed, inside.running.url, name="B", topics=topics, org_id=setup.seed.org_b.pk
        )
        two, outside.secret = webhook(
            setup.seed, outside.running.url, name="C", topics=topics, org_id=setup.seed.org_c.pk
        )
        for act in (ACT, "sends the event and publishes it", "adds an attribute"):
            ACTS[act](setup)
        play(one)
        play(two)
        assert outside.documents == []
        assert bool(inside.documents) is is_for_group(setup)
        assert not Delivery.objects.filter(receiver_id=two.pk, kind=EntryKind.STREAM).exists()
    assert two.position == Entry.objects.order_by("-place").values_list("place", flat=True)[0]


def test_mail_goes_only_to_the_group(setup: Setup, settings: Settings) -> None:
    User.objects.update(autoalert=True)
    setup.act(f"/attributes/edit/{setup.hidden['uuid']}", {"comment": str(uuid4())})
    with mail_server() as server:
        use(settings, server.port)
        setup.act(f"/events/alert/{setup.event['id']}")
        for job in ProcrastinateJob.objects.filter(task_name="notification_mails.alert"):
            notification_mails.alert(**job.args)
    recipients = {mail.recipient.partition("@")[2] for mail in OutgoingMail.objects.all()}
    # Without anything new, users are notified of the previous version once more.
    assert recipients == {"a.example", "b.example", "hub.example"} | (
        set() if is_for_group(setup) else {"c.example"}
    )
