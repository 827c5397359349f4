"""Pasting many values: text, review of the values found, adding all at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import Invalid
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.freetext import add_reviewed
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.pasted_text import pasted
from vardkase.web.intel.editing.common import back_to, group_options, own_event, reach_context
from vardkase.web.intel.editing.forms.paste import PasteForm, Review
from vardkase.web.intel.editing.text_review import SuggestedTag, review_context, suggested_tags
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page


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
    attached = [tag.name for tag in event_tags(event.id)]
    tags = suggested_tags(request, request.actor, form.cleaned_data["text"], attached)
    if step == "add" and (done := _add(request, event, form, review, tags)):
        return done
    context = {
        "heading": gettext("Review extracted values"),
        "event": event,
        **review_context(request, request.actor, values, review, tags),
        **reach_context(request.actor, form),
    }
    return render(request, "editing/paste_review.html", context)


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
