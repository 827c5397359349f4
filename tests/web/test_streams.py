"""The pages of streams: status of each receiver, actions, and deliveries."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.exchange.servers import HERE
from tests.exchange.streams.receivers import hook
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from tests.factories.streams import add_event, play, publish, stream, webhook
from tests.support.ports import free_port
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.streams.delivering import note_failure
from vardkase.exchange.streams.models import Stream

pytestmark = pytest.mark.usefixtures("password_is_enough")

LIST = "/administration/streams/"
SENT = "/administration/deliveries/"


@pytest.fixture(autouse=True)
def _receivers_are_here(settings: Settings) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)


def signed_in(api_user: ApiUser, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(api_user.user)
    return client


def shown(client: Client, path: str, **data: object) -> str:
    """The page's text, after a POST if there is data."""
    answer = client.post(path, data, follow=True) if data else client.get(path, follow=True)
    return html.unescape(answer.content.decode())


def test_webhook_is_added_and_secret_shown_once(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    assert "Not listening" in shown(client, LIST)
    with hook() as receiver:
        written = {
            "name": "Analysis",
            "url": receiver.running.url,
            "org_id": seed.org_b.pk,
            "topics": ["misp_json"],
            "format": "misp",
            "types": "ip-dst\ndomain",
        }
        page = shown(client, f"{LIST}new/webhook/", **written)
        found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
        assert found
        receiver.secret = found[0]
        added = Stream.objects.get(name="Analysis")
        assert (added.org, added.filters) == (seed.org_b, {"type": ["ip-dst", "domain"]})
        assert found[0] not in shown(client, f"{LIST}{added.pk}/")
        assert "The receiver has accepted the test message." in shown(
            client, f"{LIST}{added.pk}/test/", now=1
        )
        assert receiver.documents[0]["test"] is True
    assert "The receiver cannot be reached." in shown(client, f"{LIST}{added.pk}/test/", now=1)


def test_invalid_stream_is_reported_at_its_field(seed: Seed) -> None:
    client = signed_in(seed.site_admin, "sv")
    answer = client.post(
        f"{LIST}new/webhook/", {"name": "A", "url": "ftp://a", "org_id": "0", "format": "misp"}
    )
    assert answer.status_code == 422
    written = {"name": "A", "url": "ftp://a", "org_id": "0", "format": "misp", "topics": ["misp_json"]}
    answer = client.post(f"{LIST}new/webhook/", written)
    assert list(answer.context["form"].errors) == ["url"]
    assert client.get(f"{LIST}new/pigeon/").status_code == 404


@pytest.mark.parametrize("kind", ["webhook", "syslog", "kafka", "zeromq"])
def test_each_kind_has_form(seed: Seed, kind: str) -> None:
    page = shown(signed_in(seed.site_admin), f"{LIST}new/{kind}/")
    assert "What it receives" in page
    assert "Published events" in page


def test_settings_are_changed_and_secrets_kept(seed: Seed) -> None:
    added, _ = webhook(seed, "https://siem.example/hook", authorization="Splunk 5678", filters={"to_ids": 1})
    client = signed_in(seed.site_admin)
    form = shown(client, f"{LIST}{added.pk}/edit/")
    assert "5678" not in form
    written = {"name": "Renamed", "url": "https://siem.example/hook", "org_id": "0", "topics": ["misp_json"]}
    assert "Saved." in shown(client, f"{LIST}{added.pk}/edit/", **written, format="ecs")
    changed = Stream.objects.get(pk=added.pk)
    assert (changed.name, changed.format, changed.filters) == ("Renamed", "ecs", {})
    assert changed.encrypted_secrets
    moved = {**written, "url": "https://elsewhere.example/", "format": "ecs"}
    assert "Enter the secret again" in shown(client, f"{LIST}{added.pk}/edit/", **moved)


def test_tags_are_picked_from_those_known_or_typed(seed: Seed) -> None:
    make_tag("tlp:red")
    made = {"OR": ["tlp:amber"], "NOT": ["tlp:red"], "AND": ["a:b", "c:d"]}
    added, _ = webhook(seed, "https://siem.example/hook", filters={"tags": made, "eventinfo": "x"})
    client = signed_in(seed.site_admin)
    found = shown(client, f"{LIST}choices/?field=tags&q_tags=tlp:re")
    assert 'value="tlp:red"' in found
    assert 'value="tlp:re"' in found
    written = {"name": "A", "url": "https://siem.example/hook", "org_id": "0", "topics": ["misp_json"]}
    written |= {"format": "ecs", "all_tags": ["a:b", "c:d"], "without_tags": ["tlp:red"]}
    assert 'value="c:d"' in shown(client, f"{LIST}{added.pk}/edit/")
    assert "Saved." in shown(client, f"{LIST}{added.pk}/edit/", **written)
    kept = {"NOT": ["tlp:red"], "AND": ["a:b", "c:d"]}
    assert Stream.objects.get().filters == {"tags": kept, "eventinfo": "x"}
    written |= {"all_tags": [], "tags": ["tlp:amber", "new:%"]}
    assert "Saved." in shown(client, f"{LIST}{added.pk}/edit/", **written)
    assert Stream.objects.get().filters["tags"] == ["tlp:amber", "new:%", "!tlp:red"]
    assert 'name="all_tags"' not in shown(client, f"{LIST}{added.pk}/edit/")


def test_unreachable_receiver_is_explained(seed: Seed) -> None:
    chosen = stream(seed, "syslog", host="127.0.0.1", port=free_port(), protocol="tcp", format="cef")
    publish(
        seed.publisher.key,
        add_event(seed.publisher.key, Attribute=[{"type": "domain", "value": "a.example"}]),
    )
    with pytest.raises(OutgoingFailed) as failed:
        play(chosen)
    note_failure(chosen, failed.value)
    page = shown(signed_in(seed.site_admin, "sv"), f"{LIST}{chosen.pk}/")
    assert "Mottagaren går inte att nå." in page
    assert "Kontrollera adressen och porten" in page
    client = signed_in(seed.site_admin)
    assert "cannot connect" in shown(client, LIST)
    assert "Paused. New messages wait" in shown(client, f"{LIST}{chosen.pk}/pause/", now=1)
    assert "The stream resumes" in shown(client, f"{LIST}{chosen.pk}/resume/", now=1)
    assert "Skipped." in shown(client, f"{LIST}{chosen.pk}/skip/", now=1)
    assert "Nothing is waiting." in shown(client, f"{LIST}{chosen.pk}/skip/", now=1)
    assert "sent again" in shown(client, f"{LIST}{chosen.pk}/replay/", since="2026-01-01T00:00")
    assert client.post(f"{LIST}{chosen.pk}/replay/", {"since": "yesterday"}).status_code == 422
    assert "removed" in shown(client, f"{LIST}{chosen.pk}/delete/", now=1)
    assert not Stream.objects.exists()


def test_deliveries_are_searched(seed: Seed) -> None:
    with hook() as receiver:
        chosen, receiver.secret = webhook(seed, receiver.running.url, org_id=seed.org_c.pk)
        open_to_all = publish(seed.publisher.key, add_event(seed.publisher.key))
        ours = publish(seed.publisher.key, add_event(seed.publisher.key, distribution=0))
        play(chosen)
    client = signed_in(seed.site_admin)
    assert "Analysis" in shown(client, SENT)
    titles = client.get(SENT).context["titles"].values()
    assert {number for number, _title in titles} == {int(ours), int(open_to_all)}
    rows = {
        query: [row.event_id for row in client.get(f"{SENT}?{query}").context["rows"]]
        for query in (
            f"event={ours}",
            "state=sent",
            "state=withheld",
            "kind=mail",
            "receiver=anal",
            "event=nonsense",
        )
    }
    assert rows == {
        f"event={ours}": [int(ours)],
        "state=sent": [int(open_to_all)],
        "state=withheld": [int(ours)],
        "kind=mail": [],
        "receiver=anal": [int(ours), int(open_to_all)],
        "event=nonsense": [],
    }
    assert "The organisation may not read it" in shown(client, f"{SENT}?state=withheld")
    assert [row.state for row in client.get(f"{LIST}{chosen.pk}/").context["deliveries"]] == [
        "withheld",
        "sent",
    ]


@pytest.mark.parametrize("who", ["org_admin", "publisher", "reader", "stranger"])
def test_only_site_administrators_see_streams(seed: Seed, who: str) -> None:
    chosen, _ = webhook(seed, "https://siem.example/hook")
    client = signed_in(getattr(seed, who))
    for name in ("streams", "stream_choose", "deliveries"):
        assert client.get(reverse(name)).status_code == 403
    for name in ("stream", "stream_edit", "stream_delete", "stream_renew"):
        assert client.get(reverse(name, args=[chosen.pk])).status_code == 403
    for name in (
        "stream_test",
        "stream_pause",
        "stream_replay",
        "stream_skip",
        "stream_skip_all",
        "stream_delete",
    ):
        assert client.post(reverse(name, args=[chosen.pk])).status_code == 403
    assert Stream.objects.get().enabled
