"""Exports as a client gets them, of events with hostile values."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from django.http import StreamingHttpResponse

from tests.api.calls import send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event

HOSTILE = (
    "evil.example; rm -rf /",
    "evil.example\n0.0.0.0 bank.example",
    "evil.example\r\n*.com CNAME .",
    'evil.example"; sid:1; content:"',
    "$INCLUDE /etc/passwd",
    "@",
    "evil.example`id`$(id)",
    "</Content><script>alert(1)</script>&\"'",
    "a\u2028b\u202ec\x1bd\x7fe\ue000f",
    "|00 01|\\\\ %n %s {{7*7}}",
    "räksmörgås.example",
    "例え.example",
    "x" * 70_000,
    "a." * 5_000 + "example",
    '=HYPERLINK("http://evil.example")',
    "",
    " ",
    "10.0.0.0/8; reboot",
    "::1\n",
    "*/ } rule all { condition: true } /*",
)
"""Values with a special meaning to a shell, a zone, a rule, a page, a spreadsheet or a terminal."""

TYPES = (
    "ip-src", "ip-dst", "domain", "hostname", "url", "uri", "user-agent", "email", "email-src", "email-dst",
    "email-subject", "email-attachment", "md5", "sha256", "filename", "regkey", "mutex", "snort", "yara",
    "ja3-fingerprint-md5", "text", "link", "pattern-in-file",
)  # fmt: skip
COMPOSITE = ("domain|ip", "ip-dst|port", "ip-src|port", "filename|sha256", "regkey|value", "malware-sample")


def export(key: str, name: str, scope: str = "attributes", **given: Any) -> str:
    """The answer of restSearch in the format `name`."""
    response = send(key, "POST", f"/{scope}/restSearch", {"returnFormat": name, **given})
    assert response.status_code == 200, response.content
    return whole(response)


def whole(response: Any) -> str:
    """The body of an answer, streamed or not."""
    streamed = isinstance(response, StreamingHttpResponse)
    content = b"".join(response) if streamed else response.content  # type: ignore[arg-type]
    return content.decode()


def parsed(document: str) -> ET.Element:
    """The root of an XML document of ours."""
    return ET.fromstring(document)  # noqa: S314 - ours, and without a document type


def make_published(seed: Seed, values: dict[str, list[str]], **fields: Any) -> Event:
    """A published event of organisation A for everybody, with attributes for detection; `values` by type."""
    event = make_event(seed.org_a, distribution=3, published=True, **fields)
    event.save()
    Attribute.objects.bulk_create(
        make_attribute(event, type=kind, category="Network activity", to_ids=True, **_parts(kind, value))
        for kind, given in values.items()
        for value in given
    )
    return event


def make_hostile(seed: Seed) -> Event:
    """An event with every hostile value in every exported type, bypassing the API's validation."""
    pairs = [f"{one}|{two}" for one, two in zip(HOSTILE, reversed(HOSTILE), strict=True)]
    values = {kind: list(HOSTILE) for kind in TYPES} | dict.fromkeys(COMPOSITE, pairs)
    return make_published(seed, values, info='"; } // --> </info> \n# =1+1 {{x}}')


def _parts(kind: str, value: str) -> dict[str, str]:
    if kind not in COMPOSITE:
        return {"value1": value}
    first, _, second = value.partition("|")
    return {"value1": first, "value2": second}
