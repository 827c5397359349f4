"""An event as the API gives it, taken apart into rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from vardkase.hub.move_in.source.api.client import number_of
from vardkase.hub.move_in.source.api.rows import RowWriter, divided, seen
from vardkase.hub.move_in.source.api.shapes import FoundEvent, odd, require

type Members = Mapping[str, Any]

SEARCH = "events/restSearch"
QUESTION = {
    "returnFormat": "json",
    "deleted": [0, 1],
    "includeAllTags": 1,
    "excludeGalaxy": 1,
    "includeEventCorrelations": 0,
}
WITH_FILE = frozenset({"attachment", "malware-sample"})


class EventRows:
    """`accounts`: numbers by e-mail address in lower case, as events name who made them by that alone."""

    def __init__(self, rows: RowWriter, accounts: Mapping[str, str]) -> None:
        self._rows, self._accounts = rows, accounts
        self._proposed: set[str] = set()

    def add(self, event: Members) -> None:
        number = event["id"]
        self._proposed.clear()
        creator = str(event.get("event_creator_email") or "").lower()
        self._rows.add("events", event, user_id=self._accounts.get(creator) or event.get("user_id") or 0)
        self._tags("event_tags", event, event_id=number)
        for report in event.get("EventReport") or ():
            self._rows.add("event_reports", report, event_id=number)
            self._tags("event_report_tags", report, event_id=number, event_report_id=report["id"])
        for key in event.get("CryptographicKey") or ():
            self._rows.add("cryptographic_keys", key, parent_id=number, parent_type="Event")
        for proposal in event.get("ShadowAttribute") or ():
            self._proposal(proposal, number)
        for attribute in event.get("Attribute") or ():
            self._attribute(attribute, number, 0)
        for grouped in event.get("Object") or ():
            self._object(grouped, number)

    def _object(self, grouped: Members, event: str) -> None:
        self._rows.add("objects", grouped, event_id=event, **seen(grouped))
        for reference in grouped.get("ObjectReference") or ():
            self._rows.add("object_references", reference, event_id=event, object_id=grouped["id"])
        for attribute in grouped.get("Attribute") or ():
            self._attribute(attribute, event, grouped["id"])

    def _attribute(self, attribute: Members, event: str, grouped: Any) -> None:
        self._rows.add(
            "attributes",
            attribute,
            event_id=event,
            object_id=grouped,
            **divided(attribute),
            **seen(attribute),
        )
        self._tags("attribute_tags", attribute, event_id=event, attribute_id=attribute["id"])
        for sighting in attribute.get("Sighting") or ():
            self._rows.add("sightings", sighting, event_id=event, attribute_id=attribute["id"])
        for proposal in attribute.get("ShadowAttribute") or ():
            self._proposal(proposal, event)

    def _proposal(self, proposal: Members, event: str) -> None:
        if (number := str(proposal["id"])) in self._proposed:
            return
        self._proposed.add(number)
        self._rows.add("shadow_attributes", proposal, event_id=event, **divided(proposal), **seen(proposal))

    def _tags(self, table: str, carrier: Members, **holder: Any) -> None:
        # A tag's own number is that of the tag, and how it is carried has none to the outside.
        for tag in carrier.get("Tag") or ():
            carried = {name: tag.get(name) for name in ("local", "relationship_type")}
            self._rows.add(table, carried, tag_id=tag["id"], **holder)


def require_events(entries: Any) -> list[Members]:
    """The events that `events/restSearch` has answered. Raises InvalidValue if they cannot be taken apart."""
    require(SEARCH, entries, list[FoundEvent])
    events: list[Members] = [entry["Event"] for entry in entries]
    for event in events:
        for part in (*_attributes(event), *(event.get("Object") or ()), *_proposals(event)):
            try:
                seen(part)
            except ValueError as error:
                raise odd(SEARCH, f"first_seen or last_seen of {part['id']}: {error}.") from error
    return events


def files_of(event: Members) -> Iterator[tuple[str, str]]:
    """What in an event has a file: where the API gives it, and its place below `app/files`."""
    of_event = number_of(SEARCH, event["id"])
    for attribute in _attributes(event):
        if attribute.get("type") in WITH_FILE:
            number = number_of(SEARCH, attribute["id"])
            yield f"attributes/download/{number}", f"{of_event}/{number}"
    for proposal in _proposals(event):
        if proposal.get("type") in WITH_FILE:
            number = number_of(SEARCH, proposal["id"])
            yield f"shadow_attributes/download/{number}", f"shadow/{of_event}/{number}"


def _attributes(event: Members) -> list[Members]:
    return list(chain(event.get("Attribute") or (), *_inner(event.get("Object") or (), "Attribute")))


def _proposals(event: Members) -> Iterator[Members]:
    return chain(event.get("ShadowAttribute") or (), *_inner(_attributes(event), "ShadowAttribute"))


def _inner(parts: Iterable[Members], member: str) -> Iterator[Iterable[Members]]:
    return (part.get(member) or () for part in parts)
