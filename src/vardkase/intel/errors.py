"""Errors specific to intelligence, beyond the common errors."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.errors import Conflict, Forbidden, Invalid


class SharingGroupRefused(Invalid):
    """The sharing group is unknown, or the actor may not use it."""

    def __init__(self) -> None:
        super().__init__("Invalid Sharing Group or not authorised.")


class EventExists(Conflict):
    """An event with this uuid already exists; `existing_id` is its id."""


class NotNewer(Conflict):
    pass


class EventBlocked(Forbidden):
    """The uuid or the creator organisation is on a blocklist, or one of the tags is blocked for everyone."""


class SignatureRefused(Forbidden):
    """The document would change a protected event and is not signed by one of its keys."""


class NotOwned(Forbidden):
    """The actor may read the event but not change it.

    PyMISP files a proposal instead of an edit when it reads exactly this message (endpoints.md §1.3).
    """

    def __init__(self) -> None:
        super().__init__("You do not have permission to do that.")


class ChangedMeanwhile(Conflict):
    """Somebody else saved the object after the actor opened it."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this meanwhile.")


class PublicationRefused(Forbidden):
    """The event may not be published as it is, or not by this actor; the message says why."""


class PublicationStopped(PublicationRefused):
    """Something in the event must not leave its organisation; this cannot be overridden."""


class ConfirmationNeeded(PublicationRefused):
    """The event reaches further than its marking allows: the publisher has to confirm this."""


class PublisherIsCreator(PublicationRefused):
    """The four-eyes rule requires somebody other than the event's creator to publish it."""


class TaxonomiesMissing(Invalid):
    """The event cannot be published: it has no tag of these `namespaces`, which are required on every event."""

    def __init__(self, namespaces: Sequence[str]) -> None:
        self.namespaces = list(namespaces)
        names = ", ".join(namespaces)
        super().__init__({"Tag": [f"The event has no tag of these required taxonomies: {names}."]})
