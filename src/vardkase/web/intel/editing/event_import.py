"""A new event from whatever one has: text, mails, lists, reports, samples, or files with events."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, FieldErrors, Invalid, NotFound, VardkaseError
from vardkase.exchange.modules.errors import ModulesUnreachable
from vardkase.exchange.modules.module_requests import LONGEST, read_by, usable_modules
from vardkase.exchange.modules.reach import as_the_event
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.formats.incoming.reading_time import each_in_time
from vardkase.formats.incoming.recognition import DocumentKind
from vardkase.formats.incoming.services import (
    ImportedEvent,
    ImportOptions,
    import_as_event,
    import_export,
    known_parts,
    parts_in_words,
)
from vardkase.formats.stix.importing import first_created, is_untitled, read_stix1, read_stix2
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.problems import IntelProblem
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.known_parts import KnownParts
from vardkase.intel.rules import may_publish_event
from vardkase.intel.services.text_import import create_event_from_text
from vardkase.web.intel.editing.common import group_options
from vardkase.web.intel.editing.forms.event_import import NewEventFields
from vardkase.web.intel.editing.forms.modules import NewEventSourceForm
from vardkase.web.intel.editing.forms.review import Review
from vardkase.web.intel.editing.forms.sources import SourceForm
from vardkase.web.intel.editing.sources import (
    SourcePart,
    Sources,
    analysis_parts,
    check_given,
    check_kept,
    gathered,
    kept_after_refusal,
    parts_of,
    proposed_date,
    sent_sources,
)
from vardkase.web.intel.editing.text_review import (
    found_in_text,
    markings_in_text,
    review_page,
    reviewed_text,
)
from vardkase.web.ui.chips import INHERIT
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page

ONLY_US = 0
OPTIONS = ImportOptions(distribution=ONLY_US, refuse_empty=True)
LONGEST_TITLE = 120
MOST_NAMED = 5
"""Events of a file that were refused and are named."""


class NothingImported(ValidationError):
    """Every event of the files was refused: to send them again would not help."""


EVENT_KINDS = frozenset(
    (
        DocumentKind.MISP,
        DocumentKind.STIX_1,
        DocumentKind.STIX_2,
        DocumentKind.OPENIOC,
        DocumentKind.SANDBOX,
    )
)
"""Kinds that are events already."""


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def create(request: PageRequest) -> HttpResponse:
    """All steps: the button `go` says which comes next, as in `paste`."""
    if request.method == "POST" and posted.text(request, "page"):
        return _later_step(request)
    sent = request.method == "POST"
    form = NewEventSourceForm(
        request.POST if sent else None, request.FILES if sent else None, readers=_readers(request)
    )
    if not sent or not form.is_valid():
        return _source_page(request, form, sent_sources(request))
    before = sent_sources(request)
    parts = parts_of(form, before)
    try:
        if form.reader is not None:
            return _read_by_module(request, form, form.reader, parts, before)
        if events := [part for part in parts if part.kind in EVENT_KINDS]:
            request.actor.require(Permission.MODIFY)  # As the API's imports of files do.
            imported = _imported(request, events, parts)
            before.drop(request)
            return imported
        sources = gathered(request, parts)
    except (VardkaseError, ValidationError) as refused:
        form.add_error(None, _words_of(request.actor, refused))
        if isinstance(refused, (Conflict, NothingImported)):
            before.drop(request)
            return _source_page(request, form, Sources(), title=gettext("Nothing was imported"))
        return _source_page(request, form, kept_after_refusal(request, parts))
    check_given(form, sources)
    if form.errors:
        return _source_page(request, form, sources)
    return _review(request, form, sources)


def _readers(request: PageRequest) -> list[Module]:
    try:
        return usable_modules(request.actor, ModuleKind.IMPORT)
    except ModulesUnreachable as unreachable:
        messages.error(request, str(unreachable))
        return []


def _read_by_module(
    request: PageRequest,
    form: NewEventSourceForm,
    reader: Module,
    parts: Sequence[SourcePart],
    before: Sources,
) -> HttpResponse:
    """One event, as files with events become, of what a module finds in all files."""
    request.actor.require(Permission.MODIFY)
    files = [part for part in parts if part.name]
    document: dict[str, Any] = {"info": files[0].name[:LONGEST_TITLE], "analysis": 0, "threat_level_id": 4}
    for part, end in each_in_time(files, LONGEST):
        encoded = base64.b64encode(part.content).decode()
        left = end - time.monotonic()
        answer = read_by(request.actor, reader, encoded, part.name, 0, form.parameters(reader), seconds=left)
        for kind, found in as_the_event(answer).items():
            document[kind] = [*document.get(kind, []), *found]
    if not any(isinstance(found, list) and found for found in document.values()):
        raise ValidationError(gettext("The module found nothing."))
    event_id = _store(request, document)
    before.drop(request)
    return redirect("event", event_id)


def _words_of(actor: Actor, refused: VardkaseError | ValidationError) -> ValidationError:
    """With a link to an event that exists already, for those who may read it."""
    if isinstance(refused, ValidationError):
        return refused
    event_id = refused.existing_id if isinstance(refused, Conflict) else None
    return ValidationError(_with_link(actor, str(refused), event_id))


def _with_link(actor: Actor, words: str, event_id: int | None) -> str:
    try:
        event = find_event(actor, event_id) if event_id else None
    except NotFound:
        event = None
    if event is None:
        return words
    address = reverse("event", args=[event.id])
    return format_html('{} <a href="{}">{}</a>', words, address, gettext("Show the event"))


def _later_step(request: PageRequest) -> HttpResponse:
    sources = sent_sources(request)
    if posted.text(request, "go") == "text":
        return _source_page(
            request, NewEventSourceForm(initial={"text": sources.text}, readers=_readers(request)), sources
        )
    return _review(request, SourceForm(request.POST), sources)


def _source_page(request: PageRequest, form: SourceForm, sources: Sources, title: str = "") -> HttpResponse:
    """`title`: what stands over the errors, where there is nothing to correct."""
    context = {
        "heading": gettext("New event from text or file"),
        "form": form,
        "sources": sources,
        "refusal": title,
    }
    return render(request, "editing/event_import.html", context, status=422 if form.errors else 200)


def _review(request: PageRequest, form: SourceForm, sources: Sources) -> HttpResponse:
    try:
        values, tags = found_in_text(request, sources.text, title=sources.title)
        markings = markings_in_text(request, sources.text)
    except Invalid as refused:
        form.add_error(None, str(refused))
        return _source_page(request, form, sources)
    review = Review(values, posted.fields(request))
    named = [tag.name for tag in tags if tag.chosen]
    is_first = not posted.text(request, "page")
    day, origin = proposed_date(sources)
    fields = NewEventFields(
        None if is_first else request.POST,
        actor=request.actor,
        beside=named,
        origin_of_date=origin,
        initial={
            "info": sources.title,
            "date": day,
            "distribution": settings.VARDKASE_DEFAULT_EVENT_DISTRIBUTION,
            "threat_level_id": 4,
            "analysis": 0,
        },
        **group_options(request.actor),
    )
    check_kept(fields, sources)
    if posted.text(request, "go") == "add" and (made := _create(request, fields, review, named, sources)):
        return made
    context = {
        "heading": gettext("New event from text or file"),
        **review_page(request, fields, sources, values, review, tags, markings),
    }
    return render(request, "editing/event_import_review.html", context, status=422 if fields.errors else 200)


def _create(
    request: PageRequest,
    fields: NewEventFields,
    review: Review,
    tags: Sequence[str],
    sources: Sources,
) -> HttpResponse | None:
    if not fields.is_valid() or review.wrong:
        return None
    names = [*tags, *fields.cleaned_data["tags"]]
    text = reviewed_text(request, review, names, sources, "", {"distribution": INHERIT})
    try:
        event_id, added = create_event_from_text(request.actor, fields.document(), text)
    except (Invalid, Conflict) as refused:
        take_errors(fields, refused)
        return None
    sources.drop(request)
    count = len(added.attributes.attribute_ids)
    said = ngettext(
        "Event created with %(n)s attribute. It is not published yet.",
        "Event created with %(n)s attributes. It is not published yet.",
        count,
    )
    if added.objects:
        said = gettext(
            "Event created with %(n)s attributes and %(objects)s objects. It is not published yet."
        )
    messages.success(request, said % {"n": thin(count), "objects": thin(added.objects)})
    return _to_publish(request.actor, event_id)


def _to_publish(actor: Actor, event_id: int) -> HttpResponse:
    may_publish = may_publish_event(actor, find_event(actor, event_id))
    return redirect("event_publish" if may_publish else "event", event_id)


def _imported(
    request: PageRequest, events: Sequence[SourcePart], parts: Sequence[SourcePart]
) -> HttpResponse:
    """Events in files are stored unpublished, and until they are published for one's own organisation only."""
    if len(events) < len(parts):
        names = ", ".join(part.name or gettext("the text") for part in events)
        raise ValidationError(
            gettext("These contain events already. Import them on their own: %(names)s") % {"names": names}
        )
    stored = [event_id for part in events for event_id in _stored(request, part)]
    if len(stored) != 1:
        return redirect("events")
    (event_id,) = stored
    if find_event(request.actor, event_id).info == _title_of_bundle(events[0]):
        messages.info(request, gettext("The file has no title. Give the event one."))
        return redirect("event_edit", event_id)
    return redirect("event", event_id)


def _stored(request: PageRequest, part: SourcePart) -> list[int]:
    document: dict[str, Any]
    match part.kind:
        case DocumentKind.MISP:
            return _stored_export(request, part.content, OPTIONS)
        case DocumentKind.OPENIOC | DocumentKind.SANDBOX:
            found = analysis_parts(request, part, None)
            document = {"info": part.name or part.kind.value, "analysis": 0, "threat_level_id": 4, **found}
        case DocumentKind.STIX_1:
            document = read_stix1(part.content)
        case _:
            document = _titled(part, read_stix2(part.content))
    return [_store(request, document)]


def _titled(part: SourcePart, document: dict[str, Any]) -> dict[str, Any]:
    """With a title to be changed, and the day of what it tells of, where a bundle has no title of its own."""
    if not is_untitled(document):
        return document
    day = first_created(part.content)
    return {**document, "info": _title_of_bundle(part), **({"date": day} if day else {})}


def _title_of_bundle(part: SourcePart) -> str:
    title = gettext("STIX bundle %(name)s") % {"name": part.name}
    return title.strip()[:LONGEST_TITLE]


def _store(request: PageRequest, document: dict[str, Any]) -> int:
    stored = import_as_event(request.actor, document, OPTIONS)
    _say_left_out(request, known_parts(request.actor, document, stored), stored.rejections.errors)
    messages.success(request, gettext("The file has been imported. The event is not published yet."))
    return stored.event_id


def _stored_export(request: PageRequest, document: bytes, options: ImportOptions) -> list[int]:
    results = list(import_export(request.actor, document, options, take_ownership=False))
    stored = [result.event_id for result in results if result.event_id is not None]
    refused = [result for result in results if result.event_id is None]
    if refused and not stored and len(refused) <= MOST_NAMED:
        raise NothingImported([_refusal(request.actor, result) for result in refused])
    for result in refused[:MOST_NAMED]:
        messages.error(request, _refusal(request.actor, result))
    if (more := len(refused) - MOST_NAMED) > 0:
        said = ngettext("%(n)s more event was refused.", "%(n)s more events were refused.", more)
        messages.error(request, said % {"n": thin(more)})
    here = [result for result in results if result.event_id is not None]
    known = [each for result in here for each in result.known]
    _say_left_out(request, known, *(result.issues for result in here))
    if stored:
        said = ngettext(
            "%(n)s event imported. It is not published yet.",
            "%(n)s events imported. They are not published yet.",
            len(stored),
        )
        messages.success(request, said % {"n": thin(len(stored))})
    return stored


def _refusal(actor: Actor, result: ImportedEvent) -> str:
    return _with_link(actor, f"{result.info[:LONGEST_TITLE]}: {result.refused}", result.existing_id)


def _say_left_out(
    request: PageRequest, known: Sequence[KnownParts], *issues: Mapping[str, FieldErrors]
) -> None:
    """What was left out because another event has it, and how many other parts for each reason."""
    for each in known[:MOST_NAMED]:
        said = gettext("Left out because they are already in another event: %(parts)s.")
        said %= {"parts": parts_in_words(each.attributes, each.objects)}
        messages.error(request, _with_link(request.actor, said, each.event_id))
    reasons = Counter(
        str(problems[0])
        for left_out in issues
        for errors in left_out.values()
        for problems in list(errors.values())[:1]
        if not known or problems[0].code is not IntelProblem.UUID_TAKEN
    )
    for reason, count in reasons.most_common(MOST_NAMED):
        said = ngettext(
            "%(n)s part of the file was left out. %(reason)s",
            "%(n)s parts of the file were left out. %(reason)s",
            count,
        )
        messages.error(request, said % {"n": thin(count), "reason": reason})
