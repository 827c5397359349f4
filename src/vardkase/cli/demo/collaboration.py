"""Demonstration data for collaboration: what organisations say about each other's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.analyst_data.services import add_analyst_data
from vardkase.intel.event_delegations.models import RECIPIENT_DECIDES
from vardkase.intel.event_delegations.services import delegate_event
from vardkase.intel.models import Attribute, Event
from vardkase.intel.services.events import add_event
from vardkase.misp.distribution import Distribution

NOTE, OPINION, RELATIONSHIP = AnalystDataKind
QUIET_EVENT: dict[str, Any] = {
    "info": "Intrång hos en leverantör av fjärrservice",
    "distribution": "0",
    "threat_level_id": "1",
    "analysis": "1",
    "Tag": [{"name": "tlp:amber"}],
    "Attribute": [
        {
            "type": "domain",
            "category": "Network activity",
            "value": "fjarrservice-uppdatering.example",
            "to_ids": True,
        },
        {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.77", "to_ids": True},
    ],
}
"""Of which its owner does not want to be known as the source."""


def add_conversation(people: Mapping[str, Actor]) -> None:
    """Notes, opinions and a relationship on the first events that everyone reads; `people` by organisation."""
    shared = Event.objects.filter(distribution=Distribution.COMMUNITY, published=True).order_by("pk")
    events = list(shared.select_related("orgc")[:2])
    if len(events) < 2:
        return
    event, other = events
    owner = people[event.orgc.name]
    first, second, *_ = (actor for name, actor in people.items() if name != event.orgc.name)
    attribute = Attribute.objects.filter(event=event, deleted=False, to_ids=True).order_by("pk").first()
    question = _say(
        first,
        NOTE,
        event,
        note="Vi såg samma inloggningssida i går kväll, men bara mot konton i ekonomisystemet.\n"
        "Har ni sett den mot andra system?",
    )
    _say(
        owner, NOTE, question, note="Nej, bara mot ekonomisystemet. Vi lägger till tiderna i händelsen i dag."
    )
    _say(second, OPINION, question, opinion=75, comment="Stämmer med våra loggar.")
    if attribute is not None:
        _say(first, OPINION, attribute, opinion=100, comment="Bekräftad i vår brandvägg.")
        _say(
            second,
            OPINION,
            attribute,
            opinion=30,
            comment="Delas med en vanlig tjänst. Blockera inte rakt av.",
        )
    _say(
        second,
        RELATIONSHIP,
        event,
        relationship_type="related-to",
        related_object_type="Event",
        related_object_uuid=str(other.uuid),
    )


def ask_for_handover(people: Mapping[str, Actor]) -> None:
    """One organisation asks another to publish an event in its name; `people` by organisation."""
    *_, recipient, owner = people.values()
    event_id = add_event(owner, QUIET_EVENT).event_id
    message = "Vi vill inte synas som källa. Kan ni publicera händelsen i ert namn?"
    data = {"org_id": recipient.organisation_id, "distribution": RECIPIENT_DECIDES, "message": message}
    delegate_event(owner, event_id, data)


def _say(
    actor: Actor, kind: AnalystDataKind, about: Event | Attribute | AnalystData, **said: Any
) -> AnalystData:
    about_kind = about.kind_name if isinstance(about, AnalystData) else type(about).__name__
    target = {"object_type": about_kind, "object_uuid": str(about.uuid)}
    data = {"distribution": int(Distribution.INHERIT), "language": "sv", **target, **said}
    return AnalystData.objects.get(pk=add_analyst_data(actor, kind, data))
