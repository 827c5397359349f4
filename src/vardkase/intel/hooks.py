"""Hook points of intelligence for higher layers, all called in the transaction of the change.

Those that are named `before_…` ask first: a listener refuses by raising Forbidden, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from vardkase.core.hooks import Hook
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import may_know
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.columns import NewAttribute
from vardkase.intel.models import Event


@dataclass(slots=True)
class BeforeCreation:
    """`actor` is about to create an event of its own organisation. The values are those of the document, None
    where it leaves them open.

    `given` are the names of its tags. A listener may set open values, and add `tags` by name.
    """

    actor: Actor
    distribution: int | None
    sharing_group_id: int | None
    given: tuple[str, ...] = ()
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class BeforePublication:
    """`actor` is about to publish an event that it has locked; `notify`: with notification mails.

    `confirmed`: the actor has confirmed that the event may exceed its TLP label. A listener refuses by
    raising PublicationRefused. With `held` set the event stays unpublished for now: the listener has recorded
    what it waits for.
    """

    actor: Actor
    event: Event
    notify: bool
    held: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class BeforeDelegation:
    """`actor` is about to ask another organisation to take over an event with this distribution.

    `distribution` is None if the other organisation decides.
    """

    actor: Actor
    event: Event
    recipient: Organisation
    distribution: int | None
    sharing_group_id: int | None


@dataclass(frozen=True, slots=True)
class AttributesChanged:
    """Attributes of one event with a changed value, distribution, deletion or correlation; None = all of
    them."""

    event_id: int
    attribute_ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class AttributesRemoved:
    """Attributes of one event that were removed from the database; None = all, with the event."""

    event_id: int
    attribute_ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class EventPublished:
    """An event of the organisation `org_id` was published; `published_by` is the actor's name,
    `published_at` Unix seconds.

    `notify`: users are to be notified by mail; `groups` who alone may know of this version, as
    `event_times.may_know` takes it.
    """

    event_id: int
    event_uuid: UUID
    org_id: int
    published_at: int
    published_by: str
    notify: bool = False
    groups: frozenset[tuple[int, ...]] = frozenset()

    def concerns(self, reader: Actor) -> bool:
        """Whether a reader of the event may know of this version."""
        return may_know(reader, self.org_id, self.groups)


@dataclass(frozen=True, slots=True)
class EventWithdrawn:
    """An event was unpublished or deleted."""

    event_id: int


@dataclass(frozen=True, slots=True)
class EventReceived:
    """An event came from elsewhere and stays unpublished: nobody has asked whether it may be here."""

    actor: Actor
    event: Event


@dataclass(frozen=True, slots=True)
class EventQuarantined:
    """From here on nobody reads the event. `was_published`, `was_being_changed`: as it was before; `was_to_be`: it came
    to be published."""

    actor: Actor
    event_id: int
    event_uuid: UUID
    org_id: int
    was_published: bool
    was_being_changed: bool
    was_to_be: bool


@dataclass(frozen=True, slots=True)
class EventReleased:
    event_id: int


@dataclass(frozen=True, slots=True)
class EventOwnerChanged:
    """An event only visible to `former_org_id` now belongs to another organisation; the former owner must
    stay unknown."""

    event_id: int
    event_uuid: UUID
    former_org_id: int


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """A reader has written to the creator of an event: to everybody of `organisation_id`, or to one user of it."""

    event_id: int
    organisation_id: int
    user_id: int | None
    sender_id: int
    message: str


@dataclass(frozen=True, slots=True)
class PartsStored:
    event_id: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AttributesEdited:
    """Attributes of one event changed in any column, deletion included."""

    event_id: int
    attribute_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventChanged:
    """Anything in an event may have changed, its title, tags and reports among it; `is_new`: it was stored just now."""

    event_id: int
    is_new: bool = False


before_creation: Hook[BeforeCreation] = Hook("before_creation")
before_publication: Hook[BeforePublication] = Hook("before_publication")
before_delegation: Hook[BeforeDelegation] = Hook("before_delegation")
attributes_stored: Hook[Sequence[NewAttribute]] = Hook("attributes_stored")
attributes_changed: Hook[AttributesChanged] = Hook("attributes_changed")
attributes_removed: Hook[AttributesRemoved] = Hook("attributes_removed")
event_published: Hook[EventPublished] = Hook("event_published")
event_announced: Hook[EventPublished] = Hook("event_announced")
"""Notification by mail is requested for a version that was published before."""
event_withdrawn: Hook[EventWithdrawn] = Hook("event_withdrawn")
event_received: Hook[EventReceived] = Hook("event_received")
event_quarantined: Hook[EventQuarantined] = Hook("event_quarantined")
event_released: Hook[EventReleased] = Hook("event_released")
question_asked: Hook[QuestionAsked] = Hook("question_asked")
event_taken_over: Hook[EventOwnerChanged] = Hook("event_taken_over")
attributes_edited: Hook[AttributesEdited] = Hook("attributes_edited")
objects_stored: Hook[PartsStored] = Hook("objects_stored")
references_stored: Hook[PartsStored] = Hook("references_stored")
event_changed: Hook[EventChanged] = Hook("event_changed")
