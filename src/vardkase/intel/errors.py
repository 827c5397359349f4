"""Errors specific to intelligence, beyond the common errors."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.intel.problems import EventProblem, IntelProblem


class SharingGroupRefused(Invalid):
    """The sharing group is unknown, or the actor may not use it."""

    def __init__(self) -> None:
        super().__init__(IntelProblem.BAD_SHARING_GROUP())


class EventExists(Conflict):
    """An event with this uuid already exists; `existing_id` is its id."""


class NotNewer(Conflict):
    pass


class EventBlocked(Forbidden):
    """The uuid or the creator organisation is on a blocklist, or one of the tags is blocked for everyone."""


class SignatureRefused(Forbidden):
    """The document would change a protected event and is not signed by one of its keys."""


class NotOwned(Forbidden):
    """The actor may read the event but not change it."""

    def __init__(self) -> None:
        super().__init__(EventProblem.NOT_OWNER())


class ChangedMeanwhile(Conflict):
    """Somebody else changed what the actor is editing since the form was opened."""

    def __init__(self) -> None:
        super().__init__(IntelProblem.CHANGED_MEANWHILE())


class PublicationRefused(Forbidden):
    """The event may not be published as it is, or not by this actor; the problem says why."""


class PublicationStopped(PublicationRefused):
    """Something in the event must not leave its organisation; this cannot be overridden."""


class ClassificationFound(PublicationStopped):
    """Something in the event is marked as security-classified, which is not allowed here at all."""


class ConfirmationNeeded(PublicationRefused):
    """The event reaches further than its marking allows: the publisher has to confirm this."""


class PublisherIsCreator(PublicationRefused):
    """The four-eyes rule requires somebody other than the event's creator to publish it."""


class TaxonomiesMissing(Invalid):
    """The event cannot be published: it has no tag of these `namespaces`, which are required on every event."""

    def __init__(self, namespaces: Sequence[str]) -> None:
        self.namespaces = list(namespaces)
        super().__init__({"Tag": [EventProblem.TAXONOMIES_MISSING(names=self.namespaces)]})
