"""Adds what a person has chosen of a report to its event, and lets the report refer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.extraction import known_attributes, save_extracted, value_parts
from vardkase.intel.event_reports.services import lock_own_report, require_unchanged
from vardkase.intel.queries.find import Reference
from vardkase.intel.services.text_import import AddedText, ReviewedText, add_text
from vardkase.misp.report_references import ReportReference, with_phrases_replaced, with_words_replaced


@dataclass(frozen=True, slots=True)
class ReviewedReport:
    """What a person has chosen of what was found in a report.

    `words`: those whose value is added now or is in the event already, with its type and value. `phrases`: those
    that stand for the tags in `text`. Both become references if `with_references`.
    """

    text: ReviewedText
    words: Mapping[str, tuple[str, str]]
    phrases: Mapping[str, str]
    with_references: bool


@transaction.atomic
def extract_reviewed(actor: Actor, reference: Reference, reviewed: ReviewedReport, *, seen: str) -> AddedText:
    """Add what was chosen to the event of a report, visible as far as the report itself.

    What the event has already is not added again. Raises NotFound, NotOwned, Invalid, and ChangedMeanwhile if
    `seen` (of `report_mark`) is outdated.
    """
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    require_unchanged(report, seen)
    reach = {"distribution": report.distribution, "sharing_group_id": report.sharing_group_id}
    chosen = replace(
        reviewed.text,
        attributes=[{**each, **reach} for each in reviewed.text.attributes],
        objects=[
            {**each, **reach, "Attribute": [{**attribute, **reach} for attribute in each["Attribute"]]}
            for each in reviewed.text.objects
        ],
    )
    added = add_text(actor, event.pk, chosen)
    content = report.content
    if reviewed.with_references:
        parts = {word: value_parts(*typed) for word, typed in reviewed.words.items()}
        known = known_attributes(actor, event.pk, list(parts.values()))
        values = {
            word: str(ReportReference("attribute", str(known[key])))
            for word, key in parts.items()
            if key in known
        }
        names = {phrase: str(ReportReference("tag", tag)) for phrase, tag in reviewed.phrases.items()}
        content = with_phrases_replaced(with_words_replaced(content, values), names)
    save_extracted(actor, report, content, len(added.attributes.attribute_ids))
    return added
