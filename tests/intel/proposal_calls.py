"""An event of A to make proposals for, and calls for tests about proposals."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories.seed import ApiUser
from vardkase.intel.models import Attribute, Event


def propose(api_user: ApiUser, event: Event, **said: Any) -> Any:
    status, body = call(api_user.key, "POST", f"/shadow_attributes/add/{event.uuid}", said)
    assert status == 200, body
    return body["ShadowAttribute"]


def propose_change(api_user: ApiUser, attribute: Attribute, **said: Any) -> Any:
    status, body = call(api_user.key, "POST", f"/shadow_attributes/edit/{attribute.pk}", said)
    assert status == 200, body
    return body["ShadowAttribute"]


def propose_deletion(api_user: ApiUser, attribute: Attribute) -> str:
    """The id of the proposal."""
    status, body = call(api_user.key, "POST", f"/shadow_attributes/delete/{attribute.uuid}", {})
    assert status == 200, body
    return str(listed(api_user, attribute.event)[-1]["id"])


def decide(api_user: ApiUser, decision: str, proposal: Any) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/shadow_attributes/{decision}/{proposal}", {})


def listed(api_user: ApiUser, event: Event | None = None, **named: Any) -> list[Any]:
    path = f"/shadow_attributes/index/{event.pk if event else ''}"
    path += "".join(f"/{name}:{value}" for name, value in named.items())
    status, body = call(api_user.key, "GET", path)
    assert status == 200, body
    return [row["ShadowAttribute"] for row in body]


def viewed(api_user: ApiUser, event: Event, **options: Any) -> Any:
    status, body = call(api_user.key, "POST", f"/events/view/{event.pk}", options)
    assert status == 200, body
    return body["Event"]


def shown(api_user: ApiUser, event: Event) -> tuple[list[str], dict[str, list[str]]]:
    """The values of proposed attributes in the event's document, and those proposed for each of its attributes."""
    document = viewed(api_user, event)
    attributes = [
        *document["Attribute"],
        *(each for found in document["Object"] for each in found["Attribute"]),
    ]
    about = {each["value"]: [p["value"] for p in each["ShadowAttribute"]] for each in attributes}
    new = [each["value"] for each in document["ShadowAttribute"]]
    return new, {value: proposed for value, proposed in about.items() if proposed}
