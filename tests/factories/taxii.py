"""Calling the TAXII server in the test's process, and events to find there."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from tests.api.calls import send
from tests.factories import make_attribute, make_event
from tests.factories.seed import ApiUser, Seed
from vardkase.exchange.taxii.collections import add_collection
from vardkase.exchange.taxii.models import Collection
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event

TAXII = "application/taxii+json;version=2.1"
ROOT = "/taxii2/api/"
PUBLISHED = 1_700_000_000


def taxii(
    key: str | None, path: str, method: str = "GET", body: Any = None, *, root: str = ROOT, **match: Any
) -> HttpResponse:
    """One request below the API root; `match` are parameters, where `match_type` stands for ``match[type]``."""
    given = {_parameter(name): value for name, value in match.items()}
    address = f"{root}{path}" + (f"?{urlencode(given)}" if given else "")
    return send(key, method, address, body, content_type=TAXII, headers={"Accept": TAXII})


def resource(key: str | None, path: str, **match: Any) -> dict[str, Any]:
    """The body of a successful GET."""
    response = taxii(key, path, **match)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == TAXII
    found: dict[str, Any] = json.loads(response.content)
    return found


def objects(key: str, collection: Collection, **match: Any) -> list[dict[str, Any]]:
    """The objects of one page."""
    found: list[dict[str, Any]] = resource(key, f"collections/{collection.uuid}/objects/", **match).get(
        "objects", []
    )
    return found


def basic(name: str, key: str) -> str:
    """The header of HTTP basic authentication."""
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


def published_event(org: Organisation, *values: str, added: int = PUBLISHED, **fields: Any) -> Event:
    """A published event with domains to detect."""
    given = {"distribution": 3, "published": True, "publish_timestamp": added, **fields}
    event = make_event(org, **given)
    event.attribute_count = len(values)
    event.save()
    for value in values:
        add_domain(event, value)
    return event


def add_domain(event: Event, value: str, **fields: Any) -> str:
    """A domain in an event; returns the id of its indicator."""
    attribute = make_attribute(
        event, type="domain", category="Network activity", value1=value, to_ids=True, **fields
    )
    attribute.save()
    return f"indicator--{attribute.uuid}"


def make_collection(seed: Seed, by: ApiUser | None = None, **data: Any) -> Collection:
    """A collection that everyone may read and write, unless `data` says otherwise."""
    actor = (by or seed.site_admin).actor
    return add_collection(actor, {"name": "Everything", "open_to_read": True, "open_to_write": True, **data})


def _parameter(name: str) -> str:
    return f"match[{name.removeprefix('match_')}]" if name.startswith("match_") else name
