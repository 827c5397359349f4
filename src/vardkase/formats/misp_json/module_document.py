"""MISP's internal event format, with parts beside ``Event`` instead of inside it, as modules expect."""

from __future__ import annotations

from typing import Any

import msgspec

from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.identity.access.actor import Actor

THREAT_LEVELS = {"1": "High", "2": "Medium", "3": "Low", "4": "Undefined"}
BESIDE = ("Attribute", "ShadowAttribute", "Object", "EventReport", "CryptographicKey", "Galaxy", "Orgc", "Org",
          "RelatedEvent")  # fmt: skip


def inner_form(actor: Actor, event_id: int, options: EventOptions | None = None) -> dict[str, Any]:
    """An event that the actor may read, in MISP's inner form. `options` are its document's; the parts are at
    the top level."""
    event: dict[str, Any] = msgspec.json.decode(
        b"".join(event_document(actor, event_id, options or EventOptions()))
    )["Event"]
    parts = {name: event.pop(name, []) for name in BESIDE}
    tags = event.pop("Tag", [])
    level = event["threat_level_id"]
    inside = (attribute for found in parts["Object"] for attribute in found["Attribute"])
    for attribute in (*parts["Attribute"], *inside):
        attribute["AttributeTag"] = [{"Tag": tag} for tag in attribute.pop("Tag", ())]
    return {
        "Event": {**event, "user_id": str(actor.user_id or 0)},
        "ThreatLevel": {"name": THREAT_LEVELS.get(level, ""), "id": level},
        **parts,
        "EventTag": [{"Tag": tag} for tag in tags],
        "User": {"email": actor.name},
        "Sighting": [],
    }
