"""Adding, changing and removing connections on their pages."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.exchange.servers import certificate
from tests.exchange.test_connection_tests import KEY
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.services import FLAGS
from vardkase.identity.organisations.models import Organisation

pytestmark = pytest.mark.usefixtures("password_is_enough")

LIST = "/administration/connections/"
OTHER_KEY = "b" * 40


@pytest.fixture
def browser(seed: Seed) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(seed.site_admin.user)
    return client


def settings(seed: Seed, **members: Any) -> dict[str, Any]:
    """The required fields only."""
    given = {"name": "Norden", "url": "https://misp.norden.example/", "authkey": KEY}
    return {**given, "remote_org_id": seed.org_b.pk, **members}


def test_connection_is_added_with_every_setting(seed: Seed, browser: Client) -> None:
    tag = make_tag("tlp:red")
    written = settings(
        seed,
        pull="on",
        push="on",
        push_sightings="on",
        unpublish_event="on",
        push_tags_not=[str(tag.pk)],
        push_orgs_or=[str(seed.org_a.pk)],
        pull_tags_or=["tlp:clear", "tlp:green"],
        pull_types_not=["attachment"],
        pull_changed="30d",
        pull_parameters='threatlevel=1\nanalysis=["1","2"]',
        submitted_cert=SimpleUploadedFile("hub.pem", certificate().encode()),
        submitted_client_cert=SimpleUploadedFile(
            "us.pem", certificate().partition("-----BEGIN PRIVATE")[0].encode()
        ),
        client_key=SimpleUploadedFile(
            "us.key", "".join(certificate().partition("-----BEGIN PRIVATE")[1:]).encode()
        ),
    )
    assert browser.post(f"{LIST}new/", written).status_code == 302
    server = Server.objects.get()
    assert (server.url, server.remote_org, server.priority) == ("https://misp.norden.example", seed.org_b, 1)
    assert KEYS.decrypt(server.encrypted_key) == KEY
    assert (server.pull, server.push, server.push_sightings, server.push_analyst_data) == (
        True,
        True,
        True,
        False,
    )
    assert (server.unpublish_event, server.internal, server.self_signed) == (True, False, True)
    assert server.push_rules["tags"] == {"OR": [], "NOT": [str(tag.pk)]}
    assert server.push_rules["orgs"] == {"OR": [str(seed.org_a.pk)], "NOT": []}
    assert server.pull_rules["tags"]["OR"] == ["tlp:clear", "tlp:green"]
    assert server.pull_rules["type_attributes"] == {"NOT": ["attachment"]}
    asked = {"threatlevel": "1", "analysis": ["1", "2"], "timestamp": "30d"}
    assert json.loads(server.pull_rules["url_params"]) == asked
    shown = browser.get(f"{LIST}{server.pk}/edit/").content.decode()
    for kept in ("tlp:red", "tlp:green", "Organisation A", "30d", "threatlevel=1", "peer.example"):
        assert kept in shown
    for secret in (KEY, "PRIVATE KEY"):
        assert secret not in shown


def test_form_has_every_setting(browser: Client) -> None:
    """A flag missing from the form would be switched off by every save."""
    page = browser.get(f"{LIST}new/").content.decode()
    for flag in set(FLAGS) - {"self_signed"}:
        assert f'name="{flag}"' in page


def test_omitted_secrets_and_rules_are_kept(seed: Seed, browser: Client) -> None:
    browser.post(f"{LIST}new/", settings(seed, pull="on", pull_orgs_not=["Gone"]))
    server = Server.objects.get()
    changed = settings(seed, authkey="", name="Norrland", pull_orgs_not=["Gone"])
    assert browser.post(f"{LIST}{server.pk}/edit/", changed).status_code == 302
    server.refresh_from_db()
    assert (server.name, server.pull) == ("Norrland", False)
    assert server.pull_rules["orgs"] == {"OR": [], "NOT": ["Gone"]}
    assert KEYS.decrypt(server.encrypted_key) == KEY


def test_new_remote_organisation_is_created(seed: Seed, browser: Client) -> None:
    uuid = uuid4()
    page = browser.post(f"{LIST}new/", settings(seed, remote_org_id=""))
    assert page.status_code == 422
    assert "A new organisation needs this." in page.content.decode()
    named = settings(seed, remote_org_id="", new_org_name="Norden CERT", new_org_uuid=str(uuid))
    assert browser.post(f"{LIST}new/", named).status_code == 302
    assert Server.objects.get().remote_org == Organisation.objects.get(
        uuid=uuid, name="Norden CERT", local=False
    )


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"authkey": "short"}, "A key has exactly 40 letters"),
        ({"authkey": ""}, "Fill this in."),
        ({"url": "misp.norden.example"}, "The address must start with https:// or http://."),
        (
            {"url": "https://me:secret@misp.norden.example"},
            "The address may not contain a user name or password.",
        ),
        ({"pull_changed": "yesterday"}, "Enter a number and d, h or m, such as 30d."),
        ({"pull_parameters": "threatlevel"}, "Enter each line as name=value."),
        (
            {"submitted_cert": SimpleUploadedFile("hub.pem", b"nonsense")},
            "This is not a certificate in PEM form",
        ),
    ],
)
def test_invalid_input_is_reported_at_its_field(
    seed: Seed, browser: Client, members: dict[str, Any], words: str
) -> None:
    page = browser.post(f"{LIST}new/", settings(seed, **members))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert f'href="#id_{next(iter(members))}"' in page.content.decode()
    assert not Server.objects.exists()


def test_key_is_not_reused_for_other_address(seed: Seed, browser: Client) -> None:
    browser.post(f"{LIST}new/", settings(seed))
    server = Server.objects.get()
    moved = settings(seed, authkey="", url="https://elsewhere.example")
    assert "Enter it again" in browser.post(f"{LIST}{server.pk}/edit/", moved).content.decode()
    assert browser.post(f"{LIST}{server.pk}/edit/", moved | {"authkey": OTHER_KEY}).status_code == 302


def test_rules_are_chosen_by_search(seed: Seed, browser: Client) -> None:
    red, _ = make_tag("tlp:red"), make_tag("tlp:green")
    asked = {"field": "push_tags_or", "push_tags_or": [red.pk], "q_push_tags_or": "tlp"}
    found = browser.get(f"{LIST}new/choices/", asked).content.decode()
    # What is chosen stands above the field, what is found below it.
    assert found.index("tlp:green") < found.index("tlp:red")
    assert found.count("checked") == 1
    asked = {"field": "pull_orgs_or", "q_pull_orgs_or": "Nobody here knows them"}
    assert 'value="Nobody here knows them"' in browser.get(f"{LIST}new/choices/", asked).content.decode()
    assert browser.get(f"{LIST}new/choices/", {"field": "name"}).status_code == 404


def test_search_without_scripts_keeps_input(seed: Seed, browser: Client) -> None:
    make_tag("tlp:red")
    written = settings(seed, name="Half written", url="", find="push_tags_or", q_push_tags_or="tlp")
    page = browser.post(f"{LIST}new/", written)
    assert page.status_code == 200
    assert "Half written" in page.content.decode()
    assert "tlp:red" in page.content.decode()
    assert "Please correct the following" not in page.content.decode()


def test_connection_is_pasted_from_peer(seed: Seed, browser: Client) -> None:
    given = {
        "Server": {
            "url": "https://misp.norden.example",
            "uuid": str(uuid4()),
            "authkey": KEY,
            "Organisation": {"name": "Norden CERT", "uuid": str(uuid4())},
        }
    }
    assert browser.post(f"{LIST}new/paste/", {"document": "[1]"}).status_code == 422
    assert browser.post(f"{LIST}new/paste/", {"document": json.dumps(given)}).status_code == 302
    server = Server.objects.get()
    assert (server.remote_org.name, server.pull, server.push) == ("Norden CERT", False, False)


def test_connections_are_ordered_and_removed(seed: Seed, browser: Client) -> None:
    for name in ("First", "Second"):
        browser.post(f"{LIST}new/", settings(seed, name=name))
    second = Server.objects.get(name="Second")
    browser.post(f"{LIST}{second.pk}/earlier/")
    assert list(Server.objects.order_by("priority").values_list("name", flat=True)) == ["Second", "First"]
    seed.partner_sync.user.server_id = second.pk
    seed.partner_sync.user.save()
    assert "sync@b.example" in browser.get(f"{LIST}{second.pk}/delete/").content.decode()
    assert Server.objects.count() == 2
    browser.post(f"{LIST}{second.pk}/delete/")
    assert Server.objects.get().name == "First"
