"""Adding what a text and files contain to an event: sources, review of what was found, adding all at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, VardkaseError
from vardkase.exchange.modules.server import ModuleKind
from vardkase.exchange.modules.settings import ENABLED
from vardkase.formats.incoming.recognition import DocumentKind
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.services.added_parts import add_parts
from vardkase.intel.services.text_import import add_text
from vardkase.web.intel.editing.common import back_to, group_options, own_event, reach_context
from vardkase.web.intel.editing.event_import import EVENT_KINDS
from vardkase.web.intel.editing.forms.review import Review
from vardkase.web.intel.editing.forms.sources import PasteForm
from vardkase.web.intel.editing.forms.tagging import check_tags
from vardkase.web.intel.editing.sources import (
    SourcePart,
    Sources,
    analysis_parts,
    check_given,
    check_kept,
    gathered,
    kept_after_refusal,
    parts_of,
    sent_sources,
)
from vardkase.web.intel.editing.text_review import (
    found_in_text,
    markings_in_text,
    review_page,
    reviewed_text,
)
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page

ANALYSES = frozenset((DocumentKind.OPENIOC, DocumentKind.SANDBOX))
"""Kinds whose parts are added as they are."""


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def paste(request: PageRequest, reference: str) -> HttpResponse:
    """All steps: the button `go` says which comes next (text, look, change, add, or a page number)."""
    event = own_event(request.actor, reference)
    sent = request.method == "POST"
    form = PasteForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"distribution": 5, "text": request.GET.get("text", "")},
        actor=request.actor,
        **group_options(request.actor),
    )
    sources = sent_sources(request)
    if not sent or posted.text(request, "go") == "text" or not form.is_valid():
        return _source_page(request, event, form, sources)
    if not posted.text(request, "page"):
        parts = parts_of(form, sources)
        try:
            if any(part.kind in EVENT_KINDS for part in parts):
                return _added_analyses(request, event, form, parts)
            sources = gathered(request, parts)
        except (VardkaseError, ValidationError) as refused:
            form.add_error(None, refused if isinstance(refused, ValidationError) else str(refused))
            sources = kept_after_refusal(request, parts)
        else:
            check_given(form, sources)
        if form.errors:
            return _source_page(request, event, form, sources)
    else:
        check_kept(form, sources)
    return _review(request, event, form, sources)


def _source_page(request: PageRequest, event: EventRow, form: PasteForm, sources: Sources) -> HttpResponse:
    context = {
        "heading": gettext("Add from text or files"),
        "event": event,
        "sources": sources,
        "offers_modules": ENABLED[ModuleKind.IMPORT].value,
        **reach_context(request.actor, form),
    }
    return render(request, "editing/paste.html", context)


def _review(request: PageRequest, event: EventRow, form: PasteForm, sources: Sources) -> HttpResponse:
    try:
        values, tags = found_in_text(request, sources.text, event_id=event.id)
        markings = markings_in_text(request, sources.text)
    except Invalid as refused:
        form.add_error(None, str(refused))
        return _source_page(request, event, form, sources)
    review = Review(values, posted.fields(request))
    if posted.text(request, "go") == "add":
        named = [tag.name for tag in tags if tag.chosen]
        attached = [tag.name for tag in event_tags(event.id)]
        check_tags(form, "tags", request.actor, [*attached, *named])
        if done := _add(request, event, form, review, named, sources):
            return done
    context = {
        "heading": gettext("Review extracted values"),
        "event": event,
        **review_page(request, form, sources, values, review, tags, markings),
    }
    return render(request, "editing/paste_review.html", context)


def _added_analyses(
    request: PageRequest, event: EventRow, form: PasteForm, parts: Sequence[SourcePart]
) -> HttpResponse:
    if others := [part for part in parts if part.kind not in ANALYSES]:
        names = ", ".join(part.name or gettext("the text") for part in others)
        raise ValidationError(
            gettext("OpenIOC files and sandbox archives are imported one at a time. Remove: %(names)s")
            % {"names": names}
        )
    level = form.reach()["distribution"]
    attributes = [
        {**attribute, **form.reach()}
        for part in parts
        for attribute in analysis_parts(request, part, level)["Attribute"]
    ]
    added = add_parts(request.actor, event.id, {"Attribute": attributes})
    if left_out := len(added.rejections.errors):
        said = ngettext(
            "%(n)s value was left out: the event has it already, or it is not valid.",
            "%(n)s values were left out: the event has them already, or they are not valid.",
            left_out,
        )
        messages.info(request, said % {"n": thin(left_out)})
    message = ngettext("%(n)s attribute added.", "%(n)s attributes added.", added.attributes)
    return back_to(request, event.id, message % {"n": thin(added.attributes)})


def _add(
    request: PageRequest,
    event: EventRow,
    form: PasteForm,
    review: Review,
    tags: Sequence[str],
    sources: Sources,
) -> HttpResponse | None:
    if review.wrong or form.errors:
        return None
    names = [*tags, *form.cleaned_data["tags"]]
    text = reviewed_text(request, review, names, sources, form.cleaned_data["comment"], form.reach())
    if not (text.attributes or text.tags or text.objects):
        form.add_error(None, gettext("Choose at least one value or tag."))
        return None
    try:
        added = add_text(request.actor, event.id, text)
    except Invalid as refused:
        take_errors(form, refused)
        return None
    sources.drop(request)
    count = len(added.attributes.attribute_ids)
    if doubles := len(added.attributes.rejections.errors):
        already = ngettext(
            "%(n)s value was already in the event.", "%(n)s values were already in the event.", doubles
        )
        messages.info(request, already % {"n": thin(doubles)})
    message = ngettext("%(n)s attribute added.", "%(n)s attributes added.", count)
    if added.objects:
        more = ngettext("%(n)s object added.", "%(n)s objects added.", added.objects)
        messages.success(request, more % {"n": thin(added.objects)})
    return back_to(request, event.id, message % {"n": thin(count)})
