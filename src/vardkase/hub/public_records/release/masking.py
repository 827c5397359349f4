"""What is left of a text when its masked parts are taken out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vardkase.core.errors import Invalid
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.hub.public_records.release.items import Item, ReleaseOutcome, Span


@dataclass(frozen=True, slots=True)
class Segment:
    """Text that is released, or the provision by which a part of any length is masked."""

    text: str = ""
    masked: str | None = None


def segments(item: Item, field: str, text: str) -> list[Segment]:
    """The released text of a field with a mark for each masked part. The caller has left out withheld items."""
    spans = masked_spans(item, field, text)
    found: list[Segment] = []
    place = 0
    for start, end, ground in spans:
        if text[place:start]:
            found.append(Segment(text[place:start]))
        found.append(Segment(masked=ground))
        place = end
    if text[place:]:
        found.append(Segment(text[place:]))
    return found


def masked_spans(item: Item, field: str, text: str) -> list[tuple[int, int, str]]:
    """Start, end and provision of the masked parts, in order. Raises Invalid for a span that is not in the field."""
    decision = item.decision
    if decision.outcome == ReleaseOutcome.RELEASE:
        return []
    everywhere = "; ".join(decision.grounds)
    if not decision.spans:
        return [(0, len(text), everywhere)]
    names = {one.name for one in item.fields}
    if any(span.field not in names for span in decision.spans):
        raise Invalid({"spans": [PublicRecordsProblem.SPAN_OUTSIDE()]})
    mine = [span for span in decision.spans if span.field == field]
    if any(not 0 <= span.start < span.end <= len(text) for span in mine):
        raise Invalid({"spans": [PublicRecordsProblem.SPAN_OUTSIDE()]})
    return _joined(text, mine, everywhere)


def hidden_texts(items: Iterable[Item]) -> list[tuple[Item, str, str]]:
    """Every text that is masked or withheld, with its item and the name of its field."""
    found: list[tuple[Item, str, str]] = []
    for item in items:
        for field in item.fields:
            if item.decision.outcome == ReleaseOutcome.WITHHOLD:
                found.append((item, field.name, field.text))
            else:
                spans = masked_spans(item, field.name, field.text)
                found += [(item, field.name, field.text[start:end]) for start, end, _ground in spans]
    return found


def _joined(text: str, spans: Sequence[Span], everywhere: str) -> list[tuple[int, int, str]]:
    """Parts with nothing but spaces and signs between them are one: what separates them would tell of words."""
    joined: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        start, end, ground = span.start, _whole_letter(text, span.end), span.ground or everywhere
        if joined and not any(sign.isalnum() for sign in text[joined[-1][1] : start]):
            first, last, former = joined[-1]
            both = former if ground in former.split("; ") else f"{former}; {ground}"
            joined[-1] = (first, max(last, end), both)
        else:
            joined.append((start, end, ground))
    return joined


def _whole_letter(text: str, end: int) -> int:
    """The end moved past accents and the like that belong to the last letter."""
    while end < len(text) and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f"):
        end += 1
    return end
