"""Helpers for tests of policies: rules as JSON, a policy in force, events to try it on."""

from __future__ import annotations

from typing import Any

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.core.clock import now_seconds
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.services import put_in_force, save_draft
from vardkase.intel.models import Event

RED = {
    "kind": "at_most",
    "title": {"sv": "TLP:RED stannar i en delningsgrupp", "en": "TLP:RED stays in a sharing group"},
    "tags": ["tlp:red"],
    "reach": "sharing_group",
}
MARKED = {
    "kind": "must_carry",
    "title": {"sv": "Allt som delas har TLP-märkning", "en": "Everything that is shared has a TLP tag"},
    "tags": ["tlp:*"],
    "reach": "sharing_group",
}
IBAN = {
    "kind": "personal_data",
    "title": {"sv": "Kontonummer lämnar oss inte", "en": "Account numbers do not leave us"},
    "types": ["iban"],
    "handling": "stays",
}
SECOND = {
    "kind": "four_eyes",
    "title": {"sv": "Två personer för alla på hubben", "en": "Two people for the whole hub"},
    "reach": "community",
    "roles": ["Org Admin", "Publisher"],
}


def in_force(seed: Seed, *rules: dict[str, Any]) -> PolicyVersion:
    """Organisation A's policy with these rules."""
    actor = seed.org_admin.actor
    save_draft(actor, list(rules))
    return put_in_force(actor)


def made(key: str, *tags: str, **event: Any) -> dict[str, Any]:
    """An event for everyone on the hub, with one domain."""
    body = {
        "info": "a phish",
        "distribution": 1,
        "Attribute": [{"type": "domain", "value": "a.example"}],
        "Tag": [{"name": tag} for tag in tags],
        **event,
    }
    status, answer = call(key, "POST", "/events/add", body)
    assert status == 200, answer
    return dict(answer["Event"])


def made_public(key: str, *tags: str) -> dict[str, Any]:
    """As `made`, but published before the hub held back events with such tags."""
    event = made(key, *tags)
    Event.objects.filter(pk=event["id"]).update(published=True, publish_timestamp=now_seconds())
    return event


def is_out(event: dict[str, Any]) -> bool:
    """Whether the event is published."""
    return Event.objects.get(pk=event["id"]).published
