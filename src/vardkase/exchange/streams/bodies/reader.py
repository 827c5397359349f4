"""Whose eyes a stream looks through, and what it wants to see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query
from vardkase.core.errors import Invalid
from vardkase.core.sql import SqlQuery
from vardkase.exchange.outbox.models import Delivery, Entry, State
from vardkase.exchange.outbox.models import Kind as ReceiverKind
from vardkase.exchange.streams.models import Stream
from vardkase.formats.misp_json import chosen_ids
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import may_know
from vardkase.identity.access.jobs import reading_actor
from vardkase.intel.models import Event

FILTERS = frozenset(
    ("value", "type", "category", "object_relation", "org", "tags", "to_ids", "threat_level_id", "eventinfo")
)
"""What may be asked for: restSearch's words that mean something of events and of attributes."""


def read_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as a stream keeps them. Raises Invalid for those that have no meaning."""
    if unknown := given.keys() - FILTERS:
        known = ", ".join(sorted(FILTERS))
        raise Invalid({"filters": [f"{min(unknown)[:40]} cannot be asked for; what can is: {known}."]})
    for scope in (Scope.EVENTS, Scope.ATTRIBUTES):
        try:
            parse(scope, given)
        except Invalid as refused:
            raise Invalid({"filters": [str(refused)]}) from None
    return dict(given)


@dataclass(frozen=True)
class Reader:
    """One stream at one time: what its organisation may read now, of what its filters ask for."""

    stream: Stream

    @cached_property
    def actor(self) -> Actor:
        """The organisation as a reader without any permission, or one that sees everything."""
        return reading_actor(self.stream.org_id, f"stream {self.stream.pk}")

    @property
    def sees_everything(self) -> bool:
        """Whether it is told of what nobody can judge any more, because it is gone."""
        return self.actor.is_site_admin

    def sees_organisation(self, organisation_id: int | None) -> bool:
        """Whether what only an organisation's own people may know is told."""
        return self.sees_everything or (self.actor.may_read and organisation_id == self.actor.organisation_id)

    def search(self, scope: Scope, event_ids: Iterable[int], **more: Any) -> Search:
        """The stream's filters, within some events."""
        within = {"eventid": [str(each) for each in event_ids]}
        return parse(scope, {**self.stream.filters, **within, **more})

    def events(self, ids: Collection[int]) -> set[int]:
        """Those of the events that may be told of."""
        return self._found(Scope.EVENTS, ids, ids)

    def attributes(self, ids: Collection[int], event_ids: Collection[int]) -> set[int]:
        """Those of the attributes, of these events, that may be told of, deleted ones too."""
        return self._found(Scope.ATTRIBUTES, ids, event_ids, deleted=[0, 1])

    def may_hear_of(self, entry: Entry) -> bool:
        """Whether it may know that this happened, if it reads the event."""
        if not entry.audiences or entry.event_id is None:
            return True
        owner = Event.objects.filter(pk=entry.event_id).values_list("org_id", flat=True).first()
        return owner is not None and may_know(self.actor, owner, entry.audiences)

    def has_sent(self, event_uuid: str) -> bool:
        """Whether the receiver has an event from this stream, and so may hear that it is gone."""
        sent = Delivery.objects.filter(kind=ReceiverKind.STREAM, receiver_id=self.stream.pk, state=State.SENT)
        return bool(event_uuid) and sent.filter(event_uuid=event_uuid).exists()

    def _found(self, scope: Scope, ids: Collection[int], event_ids: Collection[int], **more: Any) -> set[int]:
        if not ids or not event_ids:
            return set()
        found = query(self.actor, self.search(scope, event_ids, **more))
        among = f"SELECT id FROM ({found.sql}) found WHERE id = ANY(%(told_of)s::bigint[])"
        return set(chosen_ids(SqlQuery(among, {**found.parameters, "told_of": list(ids)})))
