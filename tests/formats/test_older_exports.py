"""Export endpoints of older clients: the same formats, with positional parameters."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.calls import send
from tests.factories.seed import Seed
from tests.formats.exporting import make_hostile, make_published, parsed, whole
from vardkase.formats.zeek import FAMILIES, HEAD
from vardkase.intel.models import Attribute, Event

KINDS = frozenset(
    ("ADDR", "SUBNET", "URL", "DOMAIN", "EMAIL", "FILE_NAME", "FILE_HASH", "CERT_HASH", "SOFTWARE", "JA3")
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
DIGEST = "d41d8cd98f00b204e9800998ecf8427e"
VALUES = {
    "ip-src": ["192.0.2.1"],
    "ip-dst|port": ["198.51.100.1|443"],
    "domain|ip": ["evil.example|192.0.2.2"],
    "url": ["https://evil.example/a?b=c"],
    "md5": [DIGEST],
    "filename|sha256": ["a.exe|" + "ab" * 32],
    "malware-sample": [f"b.exe|{DIGEST}"],
    "user-agent": ["Evil/1.0"],
    "email": ["a@evil.example"],
    "x509-fingerprint-sha1": ["cd" * 20],
    "ja3-fingerprint-md5": ["e7d705a3286e19ea42f587b344ee6865"],
}


@pytest.fixture
def event(seed: Seed) -> Event:
    return make_published(seed, VALUES, info="A campaign")


def get(seed: Seed, path: str, *, status: int = 200, accept: str = "application/json") -> Any:
    response = send(seed.reader.key, "GET", path, headers={"Accept": accept})
    assert response.status_code == status, response.content
    return response


def test_text_equals_rest_search_with_deprecation_header(seed: Seed, event: Event) -> None:
    answer = get(seed, "/attributes/text/download/ip-src")
    assert whole(answer) == "192.0.2.1\n"
    assert answer["X-Deprecation-Warning"].endswith(
        "Use /attributes/restSearch to export flat indicator lists."
    )
    assert answer["X-Export-Module-Used"] == "text"
    Attribute.objects.filter(type="ip-src").update(to_ids=False)
    assert whole(get(seed, "/attributes/text/download/ip-src")) == "\n"
    assert whole(get(seed, "/attributes/text/download/ip-src/null/null/true")) == "192.0.2.1\n"
    Event.objects.update(published=False)
    assert whole(get(seed, "/attributes/text/download/ip-src/null/null/true")) == "\n"
    path = "/attributes/text/download/ip-src/null/null/1/null/null/null/null/1"
    assert whole(get(seed, path)) == "192.0.2.1\n"


def test_csv_of_event_has_published_attributes_for_detection(seed: Seed, event: Event) -> None:
    answer = get(seed, f"/events/csv/download/{event.pk}")
    assert len(whole(answer).splitlines()) == len(VALUES) + 2
    assert answer["Content-Disposition"] == f'attachment; filename="misp.event.{event.pk}.csv"'
    Event.objects.update(published=False)
    assert len(whole(get(seed, f"/events/csv/download/{event.pk}")).splitlines()) == 2
    assert len(whole(get(seed, f"/events/csv/download/{event.pk}/1")).splitlines()) == len(VALUES) + 2
    body = {"request": {"eventid": event.pk, "ignore": True, "include_context": 1}}
    response = send(seed.reader.key, "POST", "/events/csv/download", body)
    assert ",event_info," in whole(response).splitlines()[0]


@pytest.mark.parametrize(
    ("kind", "hashes"), [("md5", [DIGEST, DIGEST]), ("sha256", ["ab" * 32]), ("sha1", [""])]
)
def test_hids_has_hashes_of_one_type(seed: Seed, event: Event, kind: str, hashes: list[str]) -> None:
    answer = get(seed, f"/events/hids/{kind}/download")
    assert whole(answer).removesuffix("\n").split("\n") == hashes
    assert answer["X-Export-Module-Used"] == "hashes"


@pytest.mark.parametrize("engine", ["suricata", "snort"])
def test_nids_has_rules_of_engine(seed: Seed, event: Event, engine: str) -> None:
    answer = get(seed, f"/events/nids/{engine}/download/{event.pk}/null/null/null/null/null/ip-src")
    text = whole(answer)
    assert f"optimized for {engine}" in text
    assert "Incoming From IP: 192.0.2.1" in text
    assert answer["X-Export-Module-Used"] == engine


def test_rpz_takes_positional_options(seed: Seed, event: Event) -> None:
    text = whole(get(seed, f"/attributes/rpz/download/null/{event.pk}/null/null/DROP/null/ns.example."))
    assert "NS ns.example." in text
    assert "evil.example CNAME rpz-drop." in text


def test_xml_and_return_attributes(seed: Seed, event: Event) -> None:
    Event.objects.update(published=False)
    for path in (f"/events/xml/download/{event.pk}", f"/attributes/returnAttributes/download/{event.pk}"):
        assert len(list(parsed(whole(get(seed, path, accept="*/*"))).iter("Attribute"))) == len(VALUES)
    path = f"/attributes/returnAttributes/download/{event.pk}/url/true"
    found = whole(get(seed, path))
    assert found.count('"type":"url"') == 1
    get(seed, "/attributes/returnAttributes", status=400)


def test_event_as_openioc(seed: Seed, event: Event) -> None:
    Event.objects.update(published=False)
    assert "evil.example" in whole(get(seed, f"/events/downloadOpenIOCEvent/{event.pk}"))
    get(seed, "/events/downloadOpenIOCEvent", status=404)


def test_search_in_any_format(seed: Seed, event: Event) -> None:
    response = send(seed.reader.key, "POST", "/attributes/exportSearch/text", {"type": "url"})
    assert whole(response) == "https://evil.example/a?b=c\n"
    get(seed, "/attributes/exportSearch/pdf", status=404)


def lines(text: str) -> list[list[str]]:
    """The fields of each line, as Zeek reads them."""
    assert text.startswith(HEAD)
    return [line.split("\t") for line in text.removeprefix(HEAD).split("\n") if line]


def test_zeek_intel_types(seed: Seed, event: Event) -> None:
    found = lines(whole(get(seed, "/attributes/bro/download/all")))
    assert {(row[0], row[1]) for row in found} >= {
        ("192.0.2.1", "Intel::ADDR"), ("198.51.100.1", "Intel::ADDR"), ("192.0.2.2", "Intel::ADDR"),
        ("evil.example", "Intel::DOMAIN"), ("evil.example/a?b=c", "Intel::URL"), ("a.exe", "Intel::FILE_NAME"),
        ("ab" * 32, "Intel::FILE_HASH"), ("cd" * 20, "Intel::CERT_HASH"), ("Evil/1.0", "Intel::SOFTWARE"),
        ("e7d705a3286e19ea42f587b344ee6865", "Intel::JA3"), ("a@evil.example", "Intel::EMAIL"),
    }  # fmt: skip
    assert found[0][2:] == [
        "MISP",
        f"Event {event.pk} - A campaign",
        f"http://testserver/events/view/{event.pk}",
        "T",
        "-",
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_zeek_by_family(seed: Seed, event: Event, family: str) -> None:
    answer = get(seed, f"/attributes/bro/download/{family}")
    assert answer["Content-Disposition"] == f'attachment; filename="misp.{family}.intel"'
    kinds = {row[1] for row in lines(whole(answer))}
    assert len(kinds) == 1
    assert kinds < {f"Intel::{kind}" for kind in KINDS}


def test_hostile_values_stay_in_their_field(seed: Seed) -> None:
    make_hostile(seed)
    found = lines(whole(get(seed, "/attributes/bro/download/all")))
    assert len(found) > 100
    for row in found:
        assert len(row) == 7, row
        assert row[1].removeprefix("Intel::") in KINDS
        assert row[0] not in ("", "-", "(empty)")
        assert not row[0].startswith("#")
        assert not any(CONTROL.search(field) for field in row)


def test_hidden_values_are_not_exported(seed: Seed, event: Event) -> None:
    Attribute.objects.update(distribution=0)
    for path in ("attributes/bro/download/all", "attributes/text/download", "events/csv/download",
                 "events/hids/md5", "attributes/rpz/download", f"events/xml/download/{event.pk}",
                 "events/nids/suricata/download", f"events/downloadOpenIOCEvent/{event.pk}",
                 f"attributes/returnAttributes/download/{event.pk}", "attributes/exportSearch/text"):  # fmt: skip
        text = whole(send(seed.partner.key, "POST", f"/{path}", {"published": [0, 1]}))
        assert "evil.example" not in text, path
        assert DIGEST not in text, path


@pytest.mark.parametrize(
    "path", ["events/hids/crc32/download", "events/nids/bro/download", "attributes/bro/download/everything"]
)
def test_unknown_kind_is_refused(seed: Seed, path: str) -> None:
    get(seed, f"/{path}", status=405)
    assert send("", "GET", f"/{path}").status_code == 403
