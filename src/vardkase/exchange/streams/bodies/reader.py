"""The reader of a stream: as whom it reads, and its filters."""

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
from vardkase.exchange.outbox.models import Delivery, DeliveryState, Entry
from vardkase.exchange.outbox.models import EntryKind as ReceiverKind
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import StreamProblem
from vardkase.formats.misp_json import chosen_ids
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import may_know
from vardkase.identity.access.job_actors import reading_actor
from vardkase.intel.models import Event

FILTERS = frozenset(
    ("value", "type", "category", "object_relation", "org", "tags", "to_ids", "threat_level_id", "eventinfo")
)
"""The filters of restSearch that apply both to events and to attributes."""


def read_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as stored in a stream. Raises Invalid for meaningless ones."""
    if unknown := filters.keys() - FILTERS:
        problem = StreamProblem.UNKNOWN_FILTER(name=min(unknown)[:40], known=sorted(FILTERS))
        raise Invalid({"filters": [problem]})
    for scope in (Scope.EVENTS, Scope.ATTRIBUTES):
        try:
            parse(scope, filters)
        except Invalid as refused:
            raise Invalid({"filters": [refused.problem]}) from None
    return dict(filters)


@dataclass(frozen=True)
class StreamReader:
    """One stream at one time: what its organisation may read now, within its filters."""

    stream: Stream

    @cached_property
    def actor(self) -> Actor:
        """The organisation as a reader without any permission, or a reader that sees everything."""
        return reading_actor(self.stream.org_id, f"stream {self.stream.pk}")

    @property
    def sees_everything(self) -> bool:
        """True if the stream also gets deletions whose visibility can no longer be checked."""
        return self.actor.is_site_admin

    def sees_organisation(self, organisation_id: int | None) -> bool:
        return self.sees_everything or (self.actor.may_read and organisation_id == self.actor.organisation_id)

    def search(self, scope: Scope, event_ids: Iterable[int], **filters: Any) -> Search:
        within = {"eventid": [str(event_id) for event_id in event_ids]}
        return parse(scope, {**self.stream.filters, **within, **filters})

    def events(self, ids: Collection[int]) -> set[int]:
        return self._matching(Scope.EVENTS, ids, ids)

    def attributes(self, ids: Collection[int], event_ids: Collection[int]) -> set[int]:
        return self._matching(Scope.ATTRIBUTES, ids, event_ids, deleted=[0, 1])

    def may_hear_of(self, entry: Entry) -> bool:
        """Whether it may know that this happened, if it reads the event."""
        if not entry.audiences or entry.event_id is None:
            return True
        owner = Event.objects.filter(pk=entry.event_id).values_list("org_id", flat=True).first()
        return owner is not None and may_know(self.actor, owner, entry.audiences)

    def has_sent(self, event_uuid: str) -> bool:
        """True if the receiver got the event from this stream, and may therefore learn of its deletion."""
        sent = Delivery.objects.filter(
            kind=ReceiverKind.STREAM, receiver_id=self.stream.pk, state=DeliveryState.SENT
        )
        return bool(event_uuid) and sent.filter(event_uuid=event_uuid).exists()

    def _matching(
        self, scope: Scope, ids: Collection[int], event_ids: Collection[int], **filters: Any
    ) -> set[int]:
        if not ids or not event_ids:
            return set()
        found = query(self.actor, self.search(scope, event_ids, **filters))
        among = f"SELECT id FROM ({found.sql}) found WHERE id = ANY(%(candidates)s::bigint[])"
        return set(chosen_ids(SqlQuery(among, {**found.parameters, "candidates": list(ids)})))
