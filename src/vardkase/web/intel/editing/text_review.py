"""Reviewing what a text contains before it is added: values, and tags that the text names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext

from vardkase.analysis.search.value_search import known_values
from vardkase.core.errors import Invalid
from vardkase.formats.incoming.reading_time import reading_time
from vardkase.formats.problems import ImportProblem
from vardkase.hub.guard.findings import Severity
from vardkase.hub.guard.markings import MarkingMatch, match_in
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.tag_recognition import tags_in
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.pasted_text import PastedValues, pasted
from vardkase.intel.services.text_import import ReviewedText
from vardkase.knowledge.noticelists.notices import notices
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.misp.types import CATEGORIES, DEFAULTS
from vardkase.web.intel.editing.common import reach_context
from vardkase.web.intel.editing.forms.review import ROWS_A_PAGE, Review
from vardkase.web.intel.editing.held_files import HeldFile
from vardkase.web.intel.editing.sources import Sources
from vardkase.web.knowledge.noticelists.template_tags import current_language
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.picker_views import searched_for

UNKNOWN_SHOWN = 200
MARKINGS_SHOWN = 10

IDENTIFIER = re.compile(r"[A-Z]{1,4}\d{4}(?:\.\d{3})?|[^\s:]+:\S.*")
"""A phrase that names one tag and nothing else: ATT&CK's T1486 or S0154, or the tag itself."""


LONGEST_REVIEWED = 1_000_000
"""Characters, which take seconds."""


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    """A tag that the text names by `phrase`; `chosen`: its box is ticked, or else `reason` says why it was not."""

    name: str
    phrase: str
    chosen: bool
    reason: str = ""


def found_in_text(
    request: PageRequest, text: str, *, event_id: int | None = None, title: str = ""
) -> tuple[PastedValues, list[SuggestedTag]]:
    """What a text contains for an event, None for a new one.

    Raises Invalid if the text is too long, or the account has had too much read.
    """
    if len(text) > LONGEST_REVIEWED:
        raise Invalid(ImportProblem.TOO_LONG_TO_REVIEW(most=thin(LONGEST_REVIEWED)))
    with reading_time(request.actor.user_id):
        values = pasted(request.actor, event_id, text)
        attached = [tag.name for tag in event_tags(event_id)] if event_id else []
        return values, suggested_tags(request, request.actor, f"{title}\n{text}", attached)


def markings_in_text(request: PageRequest, text: str) -> list[MarkingMatch]:
    """Classification markings in a text, of which only what is chosen is kept: later checks do not see them.

    Raises Invalid if the account has had too much read.
    """
    with reading_time(request.actor.user_id):
        return match_in(text, limit=MARKINGS_SHOWN)


def suggested_tags(
    request: PageRequest, actor: Actor, text: str, attached: Sequence[str] = ()
) -> list[SuggestedTag]:
    """Tags that the text names and the event lacks, if the actor may attach them."""
    if not actor.may(Permission.TAGGER):
        return []
    named = {name: phrase for phrase, name in sorted(tags_in(actor, text).items(), reverse=True)}
    found = {name: phrase for name, phrase in sorted(named.items()) if name not in attached}
    # What cannot mean anything else. The text's author does not choose between tags that exclude each other.
    certain = {name for name, phrase in found.items() if IDENTIFIER.fullmatch(phrase)}
    conflicts = exclusive_conflicts([*attached, *certain])
    excluded = {name for conflict in conflicts for name in conflict.tags}
    # The boxes of an earlier step say what is wanted.
    sent = set(posted.texts(request, "tag")) if posted.text(request, "page") else None
    chosen = certain - excluded if sent is None else sent
    return [
        SuggestedTag(
            name,
            phrase,
            name in chosen,
            "" if name in certain - excluded else _reason(name in excluded, phrase),
        )
        for name, phrase in found.items()
    ]


def _reason(is_excluded: bool, phrase: str) -> str:
    if is_excluded:
        return gettext("Not selected: only one of the tags that exclude each other can be used.")
    return gettext("Not selected: “%(phrase)s” may mean something else in the text.") % {"phrase": phrase}


def reviewed_text(
    request: PageRequest,
    review: Review,
    tags: Sequence[str],
    sources: Sources,
    comment: str,
    reach: dict[str, Any],
) -> ReviewedText:
    """All that was chosen, as documents."""
    attachments, objects = sources.chosen_files(request)
    for each in objects:
        each["Attribute"] = [{**attribute, **reach} for attribute in each["Attribute"]]
    return ReviewedText(
        [*review.documents(comment, reach), *({**each, **reach} for each in attachments)],
        list(dict.fromkeys(tags)),
        [
            *({**mail, **reach} for mail in sources.chosen_mails(request)),
            *review.objects(comment, reach),
            *({**each, **reach} for each in objects),
        ],
    )


def review_page(
    request: PageRequest,
    form: forms.Form,
    sources: Sources,
    found: PastedValues,
    review: Review,
    tags: Sequence[SuggestedTag],
    markings: Sequence[MarkingMatch],
) -> dict[str, Any]:
    """All that a page shows where a text and files are reviewed, beside its heading."""
    return {
        **sources_context(request, sources),
        **review_context(request, request.actor, found, review, tags),
        **reach_context(request.actor, form),
        **searched_for(request),
        "markings": [match for match in markings if match.marking.severity is Severity.STOPS],
        "markings_to_consider": [match for match in markings if match.marking.severity is Severity.NOTES],
    }


def sources_context(request: PageRequest, sources: Sources) -> dict[str, Any]:
    """What `editing/sources.html` shows: mails and files, each with what was chosen for it."""
    is_first = not posted.text(request, "page")
    return {
        "sources": sources,
        "mails": [
            (number, fields, is_first or posted.flag(request, f"mail{number}"))
            for number, fields in enumerate(sources.mails)
        ],
        "files": [
            (number, file, _usual_use(file) if is_first else posted.text(request, f"f{number}"))
            for number, file in enumerate(sources.files)
        ],
    }


def _usual_use(file: HeldFile) -> str:
    if not file.is_sample:
        return ""
    return "sample" if file.content else "facts"


def review_context(
    request: PageRequest, actor: Actor, found: PastedValues, review: Review, tags: Sequence[SuggestedTag]
) -> dict[str, Any]:
    """What `editing/review_values.html` shows; the button `go` holds the wanted page."""
    page_number = _wanted_page(posted.text(request, "go"), review)
    phrases = {tag.phrase for tag in tags}
    unknown = [line for line in found.unknown if not phrases.intersection([line, *line.split()])]
    rows, first = review.shown(page_number), page_number * ROWS_A_PAGE + 1
    said = notices(current_language())
    elsewhere = known_values(actor, [row.pasted.found.value for row in rows])
    return {
        "review": review,
        # Without the event itself, which a row says of its own.
        "rows": [
            (row, value.events - row.pasted.is_known, value.creators)
            for row, value in zip(rows, elsewhere, strict=True)
        ],
        "own": sum(bool(row.pasted.owner) for row in review.rows),
        "page_number": page_number,
        "first": first,
        "last": first + len(rows) - 1,
        "known": sum(row.pasted.is_known for row in review.rows),
        "warned": sum(bool(row.pasted.lists) for row in review.rows),
        "tags": tags,
        "notices": [
            (notice, count)
            for notice in said
            if (count := sum(notice.concerns(row.choice.type, row.choice.category) for row in review.chosen))
        ],
        "every_type": sorted(DEFAULTS),
        "every_category": CATEGORIES,
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
