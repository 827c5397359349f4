"""Hook points of requests to publish for higher layers, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class PublicationRequested:
    """A person asks `publishers`, colleagues in `organisation_id`, to publish an event."""

    event_id: int
    organisation_id: int
    publishers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublicationAnswered:
    """The event that `requester_id` asked for has been published, or the request declined."""

    event_id: int
    organisation_id: int
    requester_id: int
    published: bool


publication_requested: Hook[PublicationRequested] = Hook("publication_requested")
publication_answered: Hook[PublicationAnswered] = Hook("publication_answered")
