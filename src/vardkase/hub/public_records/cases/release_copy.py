"""The release copy of a case: its items with what was decided of each, as `release` writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext, override

from vardkase.core.clock import today
from vardkase.hub.public_records.cases.models import Assessed, CaseItem, ItemAssessment, RecordsCase
from vardkase.hub.public_records.cases.services.assessing import grounds
from vardkase.hub.public_records.cases.services.material import title_of
from vardkase.hub.public_records.officers.queries import name_in_letters
from vardkase.hub.public_records.release.copying import Head, ReleaseCopy, copy
from vardkase.hub.public_records.release.items import Decision, Field, File, Item, ReleaseOutcome, Span
from vardkase.hub.public_records.release.remaining import remains, remains_in

SWEDISH = "sv"


def items_to_release(case: RecordsCase) -> list[Item]:
    """Every item with its assessment, which the caller has made sure that it has."""
    with override(SWEDISH):
        cited = {key: ground.title for key, ground in grounds().items()}
    rows = case.items.select_related("assessment").order_by("pk")
    return [_item(row, row.assessment, cited) for row in rows]


def made_copy(case: RecordsCase, items: Sequence[Item], *, accepted: bool) -> ReleaseCopy:
    return copy(Head(name_in_letters(case.authority), case.number, today()), items, accepted=accepted)


def still_visible(items: Sequence[Item], *texts: str) -> list[str]:
    """Where masked or withheld text still stands: in other items that go out, or in the letter's `texts`."""
    titles = {item.key: title_of(item) for item in items}
    places = [(one.text, titles[one.shown_in]) for one in remains(items)]
    places += [(text, gettext("the letter")) for text in remains_in(items, texts)]
    words = gettext("“%(text)s” in “%(place)s”")
    return list(dict.fromkeys(words % {"text": text, "place": place} for text, place in places))


def files_to_read(items: Sequence[Item]) -> list[str]:
    """The attachments that go out although something is hidden, which the search may not find in every kind of file."""
    if all(item.decision.outcome == ReleaseOutcome.RELEASE for item in items):
        return []
    return [item.file.name for item in items if item.file]


def _item(row: CaseItem, assessment: ItemAssessment, cited: dict[str, str]) -> Item:
    named = tuple(cited.get(key, key) for key in assessment.grounds)
    is_masked = assessment.outcome == Assessed.MASK
    spans = tuple(_spans(row, assessment.masks, ", ".join(named))) if is_masked else ()
    has_file = row.file is not None and assessment.outcome == Assessed.RELEASE
    return Item(
        key=f"{row.reference}/{row.key}",
        kind=row.kind,
        fields=tuple(Field(name, text) for name, text in row.fields_in_words),
        parent=f"{row.reference}/{row.parent}" if row.parent else "",
        file=File(row.file_name, bytes(row.file)) if has_file and row.file is not None else None,
        # Without a span, masking would mask every field: here the attachment alone is left out.
        decision=Decision() if is_masked and not spans else Decision(assessment.outcome, named, spans),
    )


def _spans(row: CaseItem, masks: Sequence[str], ground: str) -> Iterator[Span]:
    """Every place of every mask, none twice; the longest masks come first."""
    for name, text in row.fields_in_words:
        taken: list[tuple[int, int]] = []
        for mask in masks:
            start = text.find(mask)
            while start >= 0:
                end = start + len(mask)
                if all(end <= first or start >= last for first, last in taken):
                    taken.append((start, end))
                start = text.find(mask, start + 1)
        for first, last in sorted(taken):
            yield Span(name, first, last, ground)
