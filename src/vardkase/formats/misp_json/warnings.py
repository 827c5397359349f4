"""Warninglist hits of attributes, either included in the output or used to exclude attributes."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from vardkase.formats.misp_json.structs import Attribute, ListedAttribute, encoder
from vardkase.knowledge.warninglists.matching import CheckedValue, WarninglistHit, find_hits
from vardkase.knowledge.warninglists.settings import WARNING_FOR_ALL


def add_warnings(page: Sequence[Attribute | ListedAttribute]) -> None:
    """Set `warnings` on each attribute with `to_ids` (or all, depending on the settings) that is on an
    enabled warninglist."""
    everything = WARNING_FOR_ALL.value
    looked_at = [attribute for attribute in page if everything or attribute.to_ids]
    for position, hits in _hits(looked_at).items():
        attribute = looked_at[position]
        attribute.warnings = Raw(encoder.encode([_warning(attribute.value, hit) for hit in hits]))


def warnings_of(values: Sequence[tuple[str, str]]) -> dict[int, list[dict[str, str]]]:
    hits = find_hits([CheckedValue(*each) for each in values])
    return {
        position: [_warning(values[position][0], hit) for hit in found] for position, found in hits.items()
    }


def clean(page: Sequence[Attribute | ListedAttribute]) -> list[bool]:
    hits = _hits(page)
    return [position not in hits for position in range(len(page))]


def _hits(page: Sequence[Attribute | ListedAttribute]) -> dict[int, list[WarninglistHit]]:
    return find_hits([CheckedValue(attribute.value, attribute.type) for attribute in page])


def _warning(value: str, hit: WarninglistHit) -> dict[str, str]:
    return {
        "value": value,
        "match": hit.matched,
        "warninglist_id": str(hit.warninglist_id),
        "warninglist_name": hit.name,
        "warninglist_category": hit.category,
    }
