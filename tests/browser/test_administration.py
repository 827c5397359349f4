"""Account and administration pages in a real browser: axe, width, and no refused inline code."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import visit
from tests.factories.seed import Seed
from tests.factories.streams import stream
from tests.support.web_server import WebServer
from tests.web.accounts import with_password
from vardkase.exchange.streams.delivering import note_failure
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.knowledge.decaying_models.models import DecayingModel
from vardkase.knowledge.decaying_models.services import update_models

pytestmark = pytest.mark.browser

OWN = ("/", "/account/", "/account/second-factor/", "/account/password/change/")
LISTS = (
    "users",
    "users/new",
    "organisations",
    "sharing-groups",
    "sharing-groups/new",
    "roles",
    "roles/new",
    "audit",
    "settings",
    "connections",
    "connections/new",
    "connections/numbers",
    "connections/overlap",
    "connections/kept-out",
    "streams",
    "streams/new/kafka",
    "deliveries",
)
LIBRARIES = (
    "/reference-data/",
    "/taxonomies/",
    "/warninglists/",
    "/warninglists/new/",
    "/reference-data/object-templates/",
    "/reference-data/correlations/most-frequent/?page=1",
    "/reference-data/blocklists/event/",
)


def failing_stream(seed: Seed) -> Stream:
    """A stream whose page reports a failure with advice."""
    down = stream(
        seed, "syslog", host="siem.example", format="cef", org_id=seed.org_b.pk, filters={"to_ids": 1}
    )
    note_failure(down, NotTaken(StreamFault.BUSY, ReceiverProblem.STATUS(status=503)))
    return down


def decaying_model(seed: Seed) -> DecayingModel:
    update_models(seed.site_admin.actor)
    return DecayingModel.objects.latest("pk")


def test_pages_pass_axe_and_fit(chromium: Browser, server: WebServer, server_seed: Seed) -> None:
    administration = [f"/administration/{name}/" for name in LISTS]
    things = [
        f"/administration/users/{server_seed.analyst.user.pk}/",
        f"/administration/organisations/{server_seed.org_a.pk}/",
        f"/administration/sharing-groups/{server_seed.group.uuid}/",
        f"/administration/streams/{failing_stream(server_seed).pk}/",
        f"/reference-data/decaying-models/{decaying_model(server_seed).pk}/",
    ]
    opened = visit(chromium, server, "/", with_password(server_seed.site_admin.user))
    paths = (*OWN, *administration, *LIBRARIES, *things)
    assert {path: faults for path in paths if (faults := opened.faults(path))} == {}
