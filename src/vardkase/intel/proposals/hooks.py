"""Hook points of proposals for higher layers, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class ProposalsStored:
    """An organisation has made the first proposals for an event since its owner last decided on any."""

    event_id: int
    organisation_id: int


proposals_stored: Hook[ProposalsStored] = Hook("proposals_stored")
