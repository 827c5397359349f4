"""What can go wrong with intelligence, beyond the common errors."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.errors import Conflict, Forbidden, Invalid


class SharingGroupRefused(Invalid):
    """The sharing group is unknown, or not the actor's to use."""

    def __init__(self) -> None:
        super().__init__("Invalid Sharing Group or not authorised.")


class EventExists(Conflict):
    """An event with this uuid is here already; `existing_id` says which."""


class NotNewer(Conflict):
    """The request carries a timestamp that is not newer than the stored one."""


class EventBlocked(Forbidden):
    """The uuid or the creating organisation is on a blocklist, or one of the tags is refused from all."""


class SignatureRefused(Forbidden):
    """The document would change a protected event and is not signed by one of its keys."""


class NotYours(Forbidden):
    """The actor may read the event but not change it.

    PyMISP files a proposal instead of an edit when it reads exactly this sentence (endpoints.md §1.3).
    """

    def __init__(self) -> None:
        super().__init__("You do not have permission to do that.")


class ChangedMeanwhile(Conflict):
    """Somebody else saved the thing after the actor opened it."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this meanwhile.")


class PublicationRefused(Forbidden):
    """The event may not go out as it is, or not by this actor; the message says why."""


class PublicationStopped(PublicationRefused):
    """Something in the event must not leave its organisation; nobody can confirm it away."""


class ConfirmationNeeded(PublicationRefused):
    """The event goes further than it says itself that it may: who publishes it has to say that this is meant."""


class PublisherIsCreator(PublicationRefused):
    """Where four eyes are asked for, whoever created the event leaves its publication to somebody else."""


class TaxonomiesMissing(Invalid):
    """The event cannot be published: it has no tag of these `namespaces`, which are required on every event."""

    def __init__(self, namespaces: Sequence[str]) -> None:
        self.namespaces = list(namespaces)
        names = ", ".join(namespaces)
        super().__init__({"Tag": [f"The event has no tag of these required taxonomies: {names}."]})
