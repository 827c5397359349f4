"""What a search, a value page or a list finds, as a file: what its reader may see of it, and nothing else."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlencode, urlsplit
from zipfile import ZipFile

import pytest

from tests.factories.event_page import HIDDEN, Setup, bytes_of, make_setup, text_of, visitor
from tests.factories.seed import Seed
from vardkase.analysis.saved_searches.services import save_search
from vardkase.web.ui.exports import EXPORT_FORMATS

pytestmark = pytest.mark.usefixtures("password_is_enough")

EVERYTHING = urlencode({"q": "%example%"})
OF_ATTRIBUTES = [offered.slug for offered in EXPORT_FORMATS if offered.takes_attributes]
SECRETS = (HIDDEN, "hidden.example", "secret.example", "Draft of organisation A")


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.mark.parametrize("slug", OF_ATTRIBUTES)
def test_attributes_found_contain_what_their_reader_may_see(seed: Seed, setup: Setup, slug: str) -> None:
    content = _unzipped(bytes_of(visitor(seed.stranger).get(f"/search/download/{slug}/?{EVERYTHING}")))
    assert content
    assert not [secret for secret in SECRETS if secret.encode() in content]


@pytest.mark.parametrize("slug", ["json", "attack", "context"])
def test_events_found_contain_what_their_reader_may_see(seed: Seed, setup: Setup, slug: str) -> None:
    address = f"/search/download/{slug}/?{EVERYTHING}&contents=events"
    content = _unzipped(bytes_of(visitor(seed.stranger).get(address)))
    assert content
    assert not [secret for secret in SECRETS if secret.encode() in content]


def test_file_has_the_attributes_of_the_page_and_its_filters(seed: Seed, setup: Setup) -> None:
    def values(query: str) -> list[str]:
        answer = visitor(seed.stranger).get(f"/search/download/json/?{query}")
        found = json.loads(text_of(answer))["response"]["Attribute"]
        return sorted(attribute["value"] for attribute in found)

    assert values("q=198.51.100.0/24") == ["198.51.100.0/24", "198.51.100.23", "c2.example|198.51.100.24"]
    assert values("q=198.51.100.0/24&to_ids=1") == ["198.51.100.23"]
    assert values("v=login.example") == ["login.example"]
    assert values(f"v={HIDDEN}") == []
    assert values("v=%25login%25") == []
    assert values(urlencode({"q": f"login[.]example\n{HIDDEN}\nnothing.example"})) == ["login.example"]


def test_full_events_are_those_that_contain_the_values(seed: Seed, setup: Setup) -> None:
    own = visitor(seed.reader).get(f"/search/download/json/?v={HIDDEN}&contents=events")
    uuids = {event["Event"]["uuid"] for event in json.loads(text_of(own))["response"]}
    assert uuids == {str(setup.event.uuid), str(setup.draft.uuid)}


def test_rules_contain_only_values_for_detection(seed: Seed, setup: Setup) -> None:
    network = "q=198.51.100.0/24"
    assert text_of(visitor(seed.stranger).get(f"/search/download/text/?{network}")) == "198.51.100.23\n"


def test_csv_has_no_formula(seed: Seed, setup: Setup) -> None:
    setup.attribute("login.example").__class__.objects.filter(value1="login.example").update(
        comment="=HYPERLINK(1)"
    )
    table = text_of(visitor(seed.reader).get("/search/download/csv/?v=login.example"))
    assert '"\'=HYPERLINK(1)"' in table


def test_pages_offer_the_files_of_what_they_show(seed: Seed, setup: Setup) -> None:
    reader = visitor(seed.reader)
    assert "/search/download/csv/?q=login.example" in text_of(reader.get("/search/?q=login.example"))
    assert "/search/download/csv/?v=login.example" in text_of(reader.get("/value/?v=login.example"))
    every = text_of(reader.get("/search/download/?q=login.example"))
    assert not [slug for slug in OF_ATTRIBUTES if f"/search/download/{slug}/?q=login.example" not in every]
    assert "/search/download/attack/" not in every
    assert "/search/download/attack/" in text_of(
        reader.get("/search/download/?q=login.example&contents=events")
    )


def test_unknown_format_is_not_found(seed: Seed, setup: Setup) -> None:
    for address in ("pcap/?q=x", "attack/?q=x", "csv/?list=forged"):
        assert visitor(seed.reader).get(f"/search/download/{address}").status_code == 404


def _unzipped(content: bytes) -> bytes:
    """The parts of a workbook, which is an archive; any other content as it is."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b"".join(map(archive.read, archive.namelist()))


@pytest.mark.parametrize(
    "page",
    [
        "/search/advanced/download/?scope=attributes&value=login.example",
        "/search/advanced/download/?scope=events&value=login.example",
        "/search/advanced/download/?scope=objects&value=login.example",
        "/search/advanced/download/?saved={saved}",
        "/search/download/?v=login.example",
        "/search/download/?v=login.example&contents=events",
        "/events/download/?type=url&tlp=amber",
    ],
)
def test_every_offered_file_is_of_the_same_search(seed: Seed, setup: Setup, page: str) -> None:
    data = {"name": "Login", "kind": "events", "filters": {"value": "login.example"}, "shared_with": 0}
    saved = save_search(seed.stranger.actor, data)
    page = page.format(saved=saved.pk)
    stranger = visitor(seed.stranger)
    links = re.findall(r'href="([^"]*/download/[a-z0-9_-]+/[^"]*)"', text_of(stranger.get(page)))
    files = [unescape(link) for link in links]
    assert files
    path, _, query = page.partition("?")
    for file in files:
        assert file.startswith(path), file
        assert parse_qs(urlsplit(file).query) == parse_qs(query), file
        content = _unzipped(bytes_of(stranger.get(file)))
        assert content, file
        assert not [secret for secret in SECRETS if secret.encode() in content], file
