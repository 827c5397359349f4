"""An event with values to sight, and calls for tests about sightings."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed
from vardkase.core.settings.models import SettingValue
from vardkase.intel.models import Attribute, Event


def beacons(seed: Seed) -> Event:
    """An event of A for the whole community: two addresses, one value for A only, and a file."""
    document = {
        "info": "Beacons",
        "distribution": 1,
        "Attribute": [
            {"type": "ip-dst", "value": "198.51.100.1"},
            {"type": "ip-dst", "value": "198.51.100.2"},
            {"type": "ip-dst", "value": "198.51.100.3", "distribution": 0},
        ],
        "Object": [
            {
                "name": "file",
                "meta-category": "file",
                "description": "",
                "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
                "template_version": "24",
                "Attribute": [
                    {"type": "filename", "object_relation": "filename", "value": "a.exe"},
                    {"type": "md5", "object_relation": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"},
                ],
            }
        ],
    }
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert status == 200, body
    return Event.objects.get(pk=body["Event"]["id"])


def attribute_of(event: Event, value: str) -> Attribute:
    return Attribute.objects.get(event=event, value1=value)


def sight(api_user: ApiUser, thing: object = "", **said: Any) -> Any:
    return call(api_user.key, "POST", f"/sightings/add/{thing}", said)[1]


def seen_by(api_user: ApiUser, event: Event) -> list[tuple[str, str]]:
    """(organisation, value) of each sighting in the event's document, by id."""
    _, body = call(api_user.key, "GET", f"/events/view/{event.pk}")
    found = [
        (sighting, attribute["value"])
        for attribute in body["Event"]["Attribute"]
        for sighting in attribute.get("Sighting", [])
    ]
    found.sort(key=lambda pair: int(pair[0]["id"]))
    return [(sighting.get("Organisation", {}).get("name", "nobody"), value) for sighting, value in found]


def configure(name: str, value: Any) -> None:
    SettingValue.objects.update_or_create(name=name, defaults={"value": value})
