"""Hook points of organisations for higher layers, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class BeforeMerge:
    """Organisation `source_id` is about to be merged into `target_id`. A listener refuses by raising Invalid."""

    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class OrganisationsMerged:
    """All data of organisation `source_id` now belongs to `target_id`."""

    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """An organisation's access has changed; its periods are already stored."""

    organisation_id: int


standing_changed: Hook[StandingChanged] = Hook("standing_changed")
merge_sought: Hook[BeforeMerge] = Hook("merge_sought")
organisations_merged: Hook[OrganisationsMerged] = Hook("organisations_merged")
