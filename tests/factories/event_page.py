"""Data for tests of the reading pages: one event with every kind of part, and signed-in users."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.factories.seed import ApiUser, Seed
from vardkase.intel.models import Attribute, Event
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event

HIDDEN = "hidden.example"
REPORT = "# What happened\n\n**Mail** [click](https://evil.example/)\n\n<script>alert(1)</script>"


@dataclass(frozen=True, slots=True)
class Setup:
    """An event of organisation A for the whole hub, with a part for A only; and a draft for A only."""

    event: Event
    draft: Event

    def attribute(self, value1: str) -> Attribute:
        """The event's attribute with this first part."""
        return Attribute.objects.get(event=self.event, value1=value1)


def make_setup(seed: Seed) -> Setup:
    """Store both through the services, so that keys and counts exist."""
    actor = seed.org_admin.actor
    event_id = add_event(actor, EVENT).event_id
    publish_event(actor, event_id)
    draft_id = add_event(actor, DRAFT).event_id
    return Setup(Event.objects.get(pk=event_id), Event.objects.get(pk=draft_id))


def visitor(api_user: ApiUser, **options: Any) -> Client:
    """A browser in which `api_user` has signed in; pages in English."""
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(api_user.user)
    return client


def text_of(response: Any) -> str:
    """The body of a page or a file."""
    assert response.status_code == 200, response.status_code
    return bytes_of(response).decode()


def bytes_of(response: Any) -> bytes:
    """The same, undecoded."""
    if response.streaming:
        return b"".join(response.streaming_content)
    assert isinstance(response, HttpResponse)
    return response.content


def _object(name: str, distribution: int, *attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "meta-category": "network",
        "template_uuid": "60efb77b-40b5-4c46-871b-ed1ed999fce5",
        "template_version": "9",
        "distribution": distribution,
        "Attribute": list(attributes),
    }


EVENT: dict[str, Any] = {
    "info": "Phishing in the name of payroll",
    "date": "2026-11-20",
    "distribution": 1,
    "threat_level_id": 2,
    "Tag": [{"name": "tlp:amber"}, {"name": "kind:phishing"}],
    "Attribute": [
        {"type": "ip-dst", "value": "198.51.100.23", "to_ids": True, "distribution": 5},
        {"type": "ip-src", "value": "198.51.100.0/24", "to_ids": False, "distribution": 5},
        {"type": "domain", "value": HIDDEN, "distribution": 0},
        {"type": "domain|ip", "value": "c2.example|198.51.100.24", "to_ids": False, "distribution": 5},
        {
            "type": "attachment",
            "category": "Payload delivery",
            "value": "../note.txt",
            "data": base64.b64encode(b"plain text").decode(),
            "distribution": 5,
        },
    ],
    "Object": [
        _object(
            "url",
            5,
            {"type": "url", "object_relation": "url", "value": "https://login.example/a", "distribution": 5},
            {"type": "domain", "object_relation": "domain", "value": "login.example", "distribution": 5},
        ),
        _object(
            "secret",
            0,
            {"type": "url", "object_relation": "url", "value": "https://secret.example/", "distribution": 5},
        ),
    ],
    "EventReport": [{"name": "Situation", "content": REPORT, "distribution": 5}],
}

DRAFT: dict[str, Any] = {
    "info": "Draft of organisation A",
    "date": "2026-11-21",
    "distribution": 0,
    "Tag": [{"name": "tlp:red"}],
    "Attribute": [
        {"type": "ip-dst", "value": "198.51.100.23", "to_ids": False},
        {"type": "domain", "value": HIDDEN},
    ],
}
