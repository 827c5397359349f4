"""Reviewing what a text contains before it is added: values, and tags that the text names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from vardkase.analysis.search.value_search import known_values
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.tag_recognition import tags_in
from vardkase.intel.queries.pasted_text import PastedValues
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.misp.types import DEFAULTS
from vardkase.web.intel.editing.forms.paste import ROWS_A_PAGE, Review
from vardkase.web.ui.forms import posted

UNKNOWN_SHOWN = 200

IDENTIFIER = re.compile(r"[A-Z]{1,4}\d{4}(?:\.\d{3})?|[^\s:]+:\S.*")
"""A phrase that names one tag and nothing else: ATT&CK's T1486 or S0154, or the tag itself."""


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    """A tag that the text names by `phrase`; `chosen`: its box is ticked."""

    name: str
    phrase: str
    chosen: bool


def suggested_tags(
    request: HttpRequest, actor: Actor, text: str, attached: Sequence[str] = ()
) -> list[SuggestedTag]:
    """Tags that the text names and the event lacks, if the actor may attach them."""
    if not actor.may(Permission.TAGGER):
        return []
    named = {name: phrase for phrase, name in sorted(tags_in(actor, text).items(), reverse=True)}
    found = {name: phrase for name, phrase in sorted(named.items()) if name not in attached}
    if posted.text(request, "page"):  # The boxes of an earlier step say what is wanted.
        chosen = set(posted.texts(request, "tag"))
    else:
        # What cannot mean anything else. The text's author does not choose between tags that exclude each other.
        chosen = {name for name, phrase in found.items() if IDENTIFIER.fullmatch(phrase)}
        chosen.difference_update(*(conflict.tags for conflict in exclusive_conflicts([*attached, *chosen])))
    return [SuggestedTag(name, phrase, name in chosen) for name, phrase in found.items()]


def review_context(
    request: HttpRequest, actor: Actor, found: PastedValues, review: Review, tags: Sequence[SuggestedTag]
) -> dict[str, Any]:
    """What `editing/review_values.html` shows; the button `go` holds the wanted page."""
    page_number = _wanted_page(posted.text(request, "go"), review)
    phrases = {tag.phrase for tag in tags}
    unknown = [line for line in found.unknown if not phrases.intersection([line, *line.split()])]
    rows, first = review.shown(page_number), page_number * ROWS_A_PAGE + 1
    elsewhere = known_values(actor, [row.pasted.found.value for row in rows])
    return {
        "review": review,
        # Without the event itself, which a row says of its own.
        "rows": [
            (row, value.events - row.pasted.is_known) for row, value in zip(rows, elsewhere, strict=True)
        ],
        "page_number": page_number,
        "first": first,
        "last": first + len(rows) - 1,
        "known": sum(row.pasted.is_known for row in review.rows),
        "warned": sum(bool(row.pasted.lists) for row in review.rows),
        "tags": tags,
        "every_type": sorted(DEFAULTS),
        "unknown": unknown[:UNKNOWN_SHOWN],
        "more_unknown": max(0, len(unknown) - UNKNOWN_SHOWN),
        "unknown_count": len(unknown),
    }


def _wanted_page(step: str, review: Review) -> int:
    if step.isdecimal() and len(step) < 6:
        return min(int(step), review.last_page)
    if step == "add" and review.wrong:
        return review.wrong[0].number // ROWS_A_PAGE
    return min(review.page, review.last_page)
