"""What the rooms above may listen to. It runs inside the transaction that makes the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class MergeSought:
    """Organisation `source_id` is about to be merged into `target_id`. A listener refuses it by raising Invalid."""

    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class OrganisationsMerged:
    """Whatever was of the organisation `source_id` is of `target_id` now."""

    source_id: int
    target_id: int


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """An organisation may do more or less than before: its periods are stored already."""

    organisation_id: int


standing_changed: Hook[StandingChanged] = Hook("standing_changed")
merge_sought: Hook[MergeSought] = Hook("merge_sought")
organisations_merged: Hook[OrganisationsMerged] = Hook("organisations_merged")
