"""Pasting many values: text, review of the values found, adding all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.freetext import add_reviewed
from vardkase.intel.event_reports.tag_recognition import tags_in
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.pasted_text import PastedValues, pasted
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.misp.types import DEFAULTS
from vardkase.web.intel.editing.common import back_to, group_options, own_event, reach_context
from vardkase.web.intel.editing.forms.paste import ROWS_A_PAGE, PasteForm, Review
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page

UNKNOWN_SHOWN = 200

IDENTIFIER = re.compile(r"[A-Z]{1,4}\d{4}(?:\.\d{3})?|[^\s:]+:\S.*")
"""A phrase that names one tag and nothing else: ATT&CK's T1486 or S0154, or the tag itself."""


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    """A tag that the text names by `phrase`; `chosen`: its box is ticked."""

    name: str
    phrase: str
    chosen: bool


@page(Permission.ADD, writes=True)
def paste(request: PageRequest, reference: str) -> HttpResponse:
    """All steps: the button `go` says which comes next (text, look, add, or a page number)."""
    event = own_event(request.actor, reference)
    form = PasteForm(
        request.POST if request.method == "POST" else None,
        initial={"distribution": 5, "text": request.GET.get("text", "")},
        **group_options(request.actor),
    )
    step = posted.text(request, "go", "look")
    if request.method != "POST" or step == "text" or not form.is_valid():
        context = {
            "heading": gettext("Paste indicators"),
            "event": event,
            **reach_context(request.actor, form),
        }
        return render(request, "editing/paste.html", context)
    values = pasted(event.id, form.cleaned_data["text"])
    review = Review(values.values, posted.fields(request))
    tags = _suggested_tags(request, event, form.cleaned_data["text"])
    if step == "add" and (done := _add(request, event, form, review, tags)):
        return done
    return _review_page(request, event, form, values, review, tags)


def _suggested_tags(request: PageRequest, event: EventRow, text: str) -> list[SuggestedTag]:
    """Tags that the text names and the event lacks, if the actor may attach them."""
    if not request.actor.may(Permission.TAGGER):
        return []
    attached = {tag.name for tag in event_tags(event.id)}
    named = {name: phrase for phrase, name in sorted(tags_in(request.actor, text).items(), reverse=True)}
    found = {name: phrase for name, phrase in sorted(named.items()) if name not in attached}
    if posted.text(request, "page"):  # The boxes of an earlier step say what is wanted.
        chosen = set(posted.texts(request, "tag"))
    else:
        # What cannot mean anything else. The text's author does not choose between tags that exclude each other.
        chosen = {name for name, phrase in found.items() if IDENTIFIER.fullmatch(phrase)}
        chosen.difference_update(*(conflict.tags for conflict in exclusive_conflicts([*attached, *chosen])))
    return [SuggestedTag(name, phrase, name in chosen) for name, phrase in found.items()]


def _add(
    request: PageRequest, event: EventRow, form: PasteForm, review: Review, tags: Sequence[SuggestedTag]
) -> HttpResponse | None:
    if review.wrong:
        return None
    chosen = [tag.name for tag in tags if tag.chosen]
    if not review.chosen and not chosen:
        form.add_error(None, gettext("Choose at least one value or tag."))
        return None
    try:
        documents = review.documents(form.cleaned_data["comment"], form.reach())
        added = add_reviewed(request.actor, event.id, documents, chosen)
    except Invalid as refused:
        take_errors(form, refused)
        return None
    count = len(added.attribute_ids)
    if doubles := len(added.rejections.errors):
        already = ngettext(
            "%(n)s value was already in the event.", "%(n)s values were already in the event.", doubles
        )
        messages.info(request, already % {"n": thin(doubles)})
    message = ngettext("%(n)s attribute added.", "%(n)s attributes added.", count)
    return back_to(request, event.id, message % {"n": thin(count)})


def _review_page(
    request: PageRequest,
    event: EventRow,
    form: PasteForm,
    found: PastedValues,
    review: Review,
    tags: Sequence[SuggestedTag],
) -> HttpResponse:
    page_number = _wanted_page(posted.text(request, "go"), review)
    phrases = {tag.phrase for tag in tags}
    unknown = [line for line in found.unknown if not phrases.intersection([line, *line.split()])]
    rows, first = review.shown(page_number), page_number * ROWS_A_PAGE + 1
    context = {
        "heading": gettext("Review extracted values"),
        "event": event,
        "review": review,
        "rows": rows,
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
        **reach_context(request.actor, form),
    }
    return render(request, "editing/paste_review.html", context)


def _wanted_page(step: str, review: Review) -> int:
    if step.isdecimal() and len(step) < 6:
        return min(int(step), review.last_page)
    if step == "add" and review.wrong:
        return review.wrong[0].number // ROWS_A_PAGE
    return min(review.page, review.last_page)
