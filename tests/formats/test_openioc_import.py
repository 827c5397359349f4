"""Importing OpenIOC: what MISP can express becomes attributes, the rest is reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import Seed
from tests.formats.exporting import export
from vardkase.intel.models import Attribute, Event

ITEM = """<IndicatorItem id="{0}" condition="{1}"><Context document="x" search="{2}" type="mir"/>
<Content type="string">{3}</Content></IndicatorItem>"""


def item(number: int, term: str, value: str, condition: str = "is") -> str:
    return ITEM.format(number, condition, term, value)


def document(*criteria: str, version: str = "1.1") -> bytes:
    inside = "".join(criteria)
    indicator = f'<Indicator operator="OR" id="top">{inside}</Indicator>'
    links = '<links><link rel="report" href="https://vendor.example/r.html">r</link></links>'
    about = f"<short_description>Bad &amp; worse</short_description>{links}"
    if version == "1.0":
        links = links.replace("<link rel", "<link x")
        return (
            f'<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="1">{about}'
            f"<definition>{indicator}</definition></ioc>"
        ).encode()
    return (
        f'<ioc:OpenIOC xmlns:ioc="http://openioc.org/schemas/OpenIOC_1.1" id="1"><metadata>{about}</metadata>'
        f"<criteria>{indicator}</criteria><parameters/></ioc:OpenIOC>"
    ).encode()


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def bring(key: str, event: Event, content: bytes, tail: str = "") -> tuple[int, Any]:
    return call(key, "POST", f"/events/addIOC/{event.pk}{tail}", content, content_type="text/xml")


def stored(event: Event) -> dict[str, tuple[str, bool]]:
    rows = Attribute.objects.filter(event=event)
    return {"|".join(filter(None, (row.value1, row.value2))): (row.type, row.to_ids) for row in rows}


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_or_items_become_separate_attributes(seed: Seed, event: Event, version: str) -> None:
    content = document(
        item(1, "FileItem/Md5sum", "d41d8cd98f00b204e9800998ecf8427e"),
        item(2, "portitem/REMOTEIP", "192.0.2.1:8080"),
        item(3, "RouteEntryItem/Destination", "evil.example"),
        item(4, "RouteEntryItem/Destination/IP", "2001:db8::1"),
        item(5, "FileItem/FileName", "bad", "contains"),
        item(6, "Email/From", "a@evil.example"),
        version=version,
    )
    status, body = bring(seed.analyst.key, event, content, "/distribution:0")
    assert (status, body["name"]) == (200, "9 attributes and 0 objects added."), body
    assert "errors" not in body
    assert stored(event) == {
        "openioc.ioc": ("attachment", False),
        "Bad & worse": ("comment", False),
        "https://vendor.example/r.html": ("link", False),
        "d41d8cd98f00b204e9800998ecf8427e": ("md5", True),
        "192.0.2.1|8080": ("ip-dst|port", True),
        "evil.example": ("hostname", True),
        "2001:db8::1": ("ip-dst", True),
        "bad": ("filename", False),
        "a@evil.example": ("email-src", True),
    }
    assert set(Attribute.objects.values_list("distribution", flat=True)) == {0}
    status, body = bring(seed.analyst.key, event, content)
    assert body["name"] == "0 attributes and 0 objects added.", "existing values are skipped"


def test_and_items_become_composite_or_not_for_detection(seed: Seed, event: Event) -> None:
    together = '<Indicator operator="AND" id="x">{}</Indicator>'
    content = document(
        together.format(item(1, "FileItem/Md5sum", "d" * 32) + item(2, "FileItem/FileName", "a.exe")),
        together.format(
            item(3, "RegistryItem/KeyPath", "HKLM\\Run") + item(4, "RegistryItem/Value", "a.exe")
        ),
        together.format(
            item(5, "Network/DNS", "evil.example")
            + '<Indicator operator="OR">'
            + item(6, "ProcessItem/Mutex", "m1")
            + together.format(
                item(7, "PortItem/remoteIP", "192.0.2.1") + item(8, "PortItem/remotePort", "80")
            )
            + "</Indicator>"
        ),
        together.format(item(9, "FileItem/Sha1sum", "a" * 40)),
    )
    status, body = bring(seed.analyst.key, event, content)
    assert status == 200, body
    found = stored(event)
    assert found["a.exe|" + "d" * 32] == ("filename|md5", True)
    assert found["HKLM\\Run|a.exe"] == ("regkey|value", True)
    assert found["a" * 40] == ("sha1", True), "a single item is separate whatever its operator"
    assert found["evil.example"] == ("domain", False)
    assert found["m1"] == ("mutex", False)
    assert found["192.0.2.1|80"] == ("ip-dst|port", False)
    assert "holds only together with others" in Attribute.objects.get(value1="m1").comment


def test_unsupported_items_are_reported(seed: Seed, event: Event) -> None:
    content = document(
        item(1, "Unheard/Of", "x"),
        item(2, "FileItem/Md5sum", "c" * 32, "isnot"),
        item(3, "FileItem/Md5sum", ""),
        item(4, "FileItem/Md5sum", "no hash"),
        item(5, "FileItem/Md5sum", "b" * 32).replace("<IndicatorItem", '<IndicatorItem negate="true"'),
        '<IndicatorItem id="6"/>',
        item(7, "ProcessItem/Mutex", "m1"),
    )
    status, body = bring(seed.analyst.key, event, content)
    assert (status, body["name"]) == (200, "4 attributes and 0 objects added.")
    assert {place for place in body["errors"] if place.startswith("Ind")} == {
        f"IndicatorItem.{number}" for number in (1, 2, 3, 5, 6)
    }
    assert "Unheard/Of" in body["errors"]["IndicatorItem.1"]["Context"][0]
    (refused,) = [errors for place, errors in body["errors"].items() if place.startswith("Attribute.")]
    assert list(refused) == ["value"]


def test_own_export_is_imported(seed: Seed, event: Event) -> None:
    wanted = {"192.0.2.7": "ip-dst", "evil.example": "domain", "d" * 32: "md5", "m@evil.example": "email-src"}
    sent = [{"type": kind, "value": value, "to_ids": True} for value, kind in wanted.items()]
    sent += [{"type": "filename|md5", "value": "a.exe|" + "e" * 32, "to_ids": True}]
    made = {"info": "x", "Attribute": sent}
    assert call(seed.analyst.key, "POST", "/events/add", made)[0] == 200
    text = export(seed.analyst.key, "openioc", published=[0, 1])
    status, body = bring(seed.analyst.key, event, text.encode())
    assert status == 200, body
    came = {value: kind for value, (kind, detects) in stored(event).items() if detects}
    assert came == {**wanted, "a.exe|" + "e" * 32: "filename|md5"}


@pytest.mark.parametrize(
    "content", [b"", b"<stix/>", b"<ioc>", b'<!DOCTYPE x [<!ENTITY a "b">]><ioc>&a;</ioc>', b"{}"]
)
def test_invalid_document_is_refused_with_reason(seed: Seed, event: Event, content: bytes) -> None:
    status, body = bring(seed.analyst.key, event, content)
    assert (status, body["name"]) == (403, "Could not addIOC Event")
    assert body["errors"]
    assert not Attribute.objects.exists()


def test_import_requires_write_access_to_event(seed: Seed, event: Event) -> None:
    content = document(item(1, "ProcessItem/Mutex", "m1"))
    hidden = make_event(seed.org_a, distribution=0)
    hidden.save()
    for key, path, expected in (
        (seed.stranger.key, event, 403), (seed.stranger.key, hidden, 404), (seed.reader.key, event, 403),
    ):  # fmt: skip
        assert bring(key, path, content)[0] == expected
    assert not Attribute.objects.exists()
