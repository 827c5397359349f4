"""Hook points of proposals for higher layers, called in the transaction of the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from vardkase.core.hooks import Hook
from vardkase.intel.proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class ProposalsStored:
    """An organisation has made the first proposals for an event since its owner last decided on any."""

    event_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class ProposalsWritten:
    """Proposals for one event that are new or changed."""

    event_id: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProposalsMade:
    """An organisation has made `count` open proposals for an event."""

    event_id: int
    organisation_id: int
    count: int


@dataclass(frozen=True, slots=True)
class ProposalsDecided:
    """The owner of an event has accepted or discarded proposals of others.

    `proposers`: of people here, how many proposals each made, by organisation and user.
    """

    event_id: int
    accepted: bool
    proposers: Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class ProposalsReopened:
    """The owner of an event has opened proposals again that it had decided; members as of `ProposalsDecided`."""

    event_id: int
    accepted: bool
    proposers: Mapping[tuple[int, int], int]

    @classmethod
    def of(cls, event_id: int, proposals: Iterable[Proposal], *, accepted: bool) -> Self:
        return cls(event_id, accepted, Counter((each.org_id, each.user_id) for each in proposals))


@dataclass(frozen=True, slots=True)
class ProposalCommentWritten:
    event_id: int
    comment_id: int


@dataclass(frozen=True, slots=True)
class ProposalCommented:
    """`author_id` has written about a proposal to the other side: `organisation_id`, or one user of it."""

    event_id: int
    author_id: int
    organisation_id: int
    user_id: int | None


proposals_stored: Hook[ProposalsStored] = Hook("proposals_stored")
proposals_made: Hook[ProposalsMade] = Hook("proposals_made")
proposal_comment_written: Hook[ProposalCommentWritten] = Hook("proposal_comment_written")
proposal_commented: Hook[ProposalCommented] = Hook("proposal_commented")
proposals_decided: Hook[ProposalsDecided] = Hook("proposals_decided")
proposals_reopened: Hook[ProposalsReopened] = Hook("proposals_reopened")
proposals_written: Hook[ProposalsWritten] = Hook("proposals_written")
