"""Storing what a document of others was read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.identity.access.actor import Actor
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.intel.services.results import Ingested


@dataclass(frozen=True, slots=True)
class Wishes:
    """What who imports says about the new event; nothing means this hub's defaults."""

    distribution: int | str | None = None
    sharing_group_id: int | str | None = None
    publish: bool = False


@transaction.atomic
def import_as_event(actor: Actor, document: Mapping[str, Any], wishes: Wishes) -> Ingested:
    """Store the MISP event that a document was read into.

    Raises what `add_event` raises, and Forbidden when it is to be published by who may not.
    """
    chosen = {"distribution": wishes.distribution, "sharing_group_id": wishes.sharing_group_id}
    stored = add_event(
        actor, {**document, **{name: value for name, value in chosen.items() if value is not None}}
    )
    if wishes.publish:
        publish_event(actor, stored.event_id)
    return stored
