"""A new event from whatever one has: text, a mail, a list, or a file with events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.sandbox import LimitReached
from vardkase.formats.incoming import reading
from vardkase.formats.incoming.recognition import DocumentKind
from vardkase.formats.incoming.services import ImportOptions, import_as_event, import_export, openioc_parts
from vardkase.formats.stix.importing import read_stix1, read_stix2
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.pasted_text import pasted
from vardkase.intel.rules import may_publish_event
from vardkase.intel.services.text_import import ReviewedText, create_event_from_text
from vardkase.misp.freetext import detect
from vardkase.web.intel.editing.common import group_options, reach_context
from vardkase.web.intel.editing.forms.event_import import NewEventFields, SourceForm
from vardkase.web.intel.editing.forms.paste import Review
from vardkase.web.intel.editing.text_review import SuggestedTag, review_context, suggested_tags
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.pages import PageRequest, page

EMAIL = {
    "name": "email",
    "meta-category": "network",
    "description": "Email object describing an email with meta-information",
    "template_uuid": "a0c666e0-fc65-4be8-b48f-3423d788b552",
    "template_version": "19",
}
"""MISP's object of a mail: whole, since a hub may lack its template."""
EMAIL_TYPES = {
    "from": "email-src",
    "to": "email-dst",
    "cc": "email-dst",
    "reply-to": "email-reply-to",
    "return-path": "email-src",
    "subject": "email-subject",
    "message-id": "email-message-id",
    "x-mailer": "email-x-mailer",
    "user-agent": "text",
    "send-date": "datetime",
    "received-header-ip": "ip-src",
    "attachment": "email-attachment",
}
"""Relation in the object → type of the attribute."""
ONLY_US = 0
LONGEST_TITLE = 120
LINES_BEFORE_TITLE = 20
HEADER_NAME = re.compile(r"^(?:subject|ämne)\s*:\s*", re.IGNORECASE)
MOST_NAMED = 5
"""Events of a file that were refused and are named."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text with what is proposed for its event; `mail` is the object "email" if it is a mail."""

    title: str
    text: str
    mail: dict[str, Any] | None = None

    @property
    def mail_fields(self) -> list[dict[str, str]]:
        return self.mail["Attribute"] if self.mail else []


@page(Permission.ADD, writes=True, body=BodyLimits.DOCUMENT)
def create(request: PageRequest) -> HttpResponse:
    """All steps: the button `go` says which comes next, as in `paste`."""
    sent = request.method == "POST"
    form = SourceForm(request.POST if sent else None, request.FILES if sent else None)
    if not sent or posted.text(request, "go") == "text" or not form.is_valid():
        return _source_page(request, form)
    try:
        if not form.is_text:
            request.actor.require(Permission.MODIFY)  # As the API's imports of files do.
            return _imported(request, form)
        source = _source_of(form)
    except (Invalid, Conflict, Forbidden, LimitReached) as refused:
        form.add_error(None, str(refused))
        return _source_page(request, form)
    return _review(request, form, source)


def _source_page(request: PageRequest, form: SourceForm) -> HttpResponse:
    context = {"heading": gettext("New event from text or file"), "form": form}
    return render(request, "editing/event_import.html", context, status=422 if form.errors else 200)


def _review(request: PageRequest, form: SourceForm, source: Source) -> HttpResponse:
    values = pasted(None, source.text)
    review = Review(values.values, posted.fields(request))
    tags = suggested_tags(request, request.actor, f"{source.title}\n{source.text}")
    is_first = not posted.text(request, "page")
    fields = NewEventFields(
        None if is_first else request.POST,
        actor=request.actor,
        initial={
            "info": source.title,
            "distribution": settings.VARDKASE_DEFAULT_EVENT_DISTRIBUTION,
            "threat_level_id": 4,
            "analysis": 0,
        },
        **group_options(request.actor),
    )
    if posted.text(request, "go") == "add" and (made := _create(request, fields, review, tags, source)):
        return made
    context = {
        "heading": gettext("New event from text or file"),
        "source_text": form.source_text,
        "source": source,
        "adds_mail": is_first or posted.flag(request, "mail"),
        **review_context(request, request.actor, values, review, tags),
        **reach_context(request.actor, fields),
    }
    return render(request, "editing/event_import_review.html", context, status=422 if fields.errors else 200)


def _create(
    request: PageRequest,
    fields: NewEventFields,
    review: Review,
    tags: Sequence[SuggestedTag],
    source: Source,
) -> HttpResponse | None:
    if not fields.is_valid() or review.wrong:
        return None
    objects = [source.mail] if source.mail and posted.flag(request, "mail") else []
    text = ReviewedText(
        review.documents("", {"distribution": 5}), [tag.name for tag in tags if tag.chosen], objects
    )
    try:
        event_id, added = create_event_from_text(request.actor, fields.document(), text)
    except (Invalid, Conflict) as refused:
        take_errors(fields, refused)
        return None
    count = len(added.attribute_ids)
    said = ngettext(
        "Event created with %(n)s attribute. It is not published yet.",
        "Event created with %(n)s attributes. It is not published yet.",
        count,
    )
    messages.success(request, said % {"n": thin(count)})
    return _to_publish(request.actor, event_id)


def _to_publish(actor: Actor, event_id: int) -> HttpResponse:
    may_publish = may_publish_event(actor, find_event(actor, event_id))
    return redirect("event_publish" if may_publish else "event", event_id)


def _source_of(form: SourceForm) -> Source:
    if form.kind is DocumentKind.MAIL:
        mail = reading.mail(form.document)
        attributes = [
            {"object_relation": relation, "type": EMAIL_TYPES[relation], "value": value}
            for relation, value in mail.fields
        ]
        document = {**EMAIL, "Attribute": attributes} if attributes else None
        return Source(mail.subject[:LONGEST_TITLE], mail.text, document)
    return Source(_title_of(form.source_text)[:LONGEST_TITLE], form.source_text)


def _title_of(text: str) -> str:
    """The first line of words, not of values; without the name of a mail's header."""
    for raw in text.splitlines()[:LINES_BEFORE_TITLE]:
        line = HEADER_NAME.sub("", raw.strip(" #*\t"))
        if " " in line and len(detect(line[:LONGEST_TITLE], beyond_misp=True)) < len(line.split()) / 2:
            return line
    return ""


def _imported(request: PageRequest, form: SourceForm) -> HttpResponse:
    """Events in a file are stored unpublished, and until they are published for one's own organisation only."""
    options = ImportOptions(distribution=ONLY_US)
    match form.kind:
        case DocumentKind.MISP:
            return _imported_export(request, form.document, options)
        case DocumentKind.OPENIOC:
            return _imported_openioc(request, form)
        case kind:
            read = read_stix1 if kind is DocumentKind.STIX_1 else read_stix2
            stored = import_as_event(request.actor, read(form.document), options)
    messages.success(request, gettext("The file has been imported. The event is not published yet."))
    return redirect("event", stored.event_id)


def _imported_openioc(request: PageRequest, form: SourceForm) -> HttpResponse:
    name = form.cleaned_data["file"].name if form.cleaned_data.get("file") else ""
    parts, unsupported = openioc_parts(name, form.document, None)
    document = {"info": name or gettext("OpenIOC import"), "analysis": 0, "threat_level_id": 4, **parts}
    stored = import_as_event(request.actor, document, ImportOptions(distribution=ONLY_US))
    messages.success(request, gettext("The file has been imported. The event is not published yet."))
    if unsupported:
        skipped = ngettext(
            "%(n)s condition has no counterpart in MISP and was left out.",
            "%(n)s conditions have no counterpart in MISP and were left out.",
            len(unsupported),
        )
        messages.info(request, skipped % {"n": thin(len(unsupported))})
    return redirect("event", stored.event_id)


def _imported_export(request: PageRequest, document: bytes, options: ImportOptions) -> HttpResponse:
    results = list(import_export(request.actor, document, options, take_ownership=False))
    stored = [result.event_id for result in results if result.event_id is not None]
    refused = [result for result in results if result.event_id is None]
    for result in refused[:MOST_NAMED]:
        messages.error(request, f"{result.info[:LONGEST_TITLE]}: {result.refused}")
    if (more := len(refused) - MOST_NAMED) > 0:
        said = ngettext("%(n)s more event was refused.", "%(n)s more events were refused.", more)
        messages.error(request, said % {"n": thin(more)})
    if stored:
        said = ngettext(
            "%(n)s event imported. It is not published yet.",
            "%(n)s events imported. They are not published yet.",
            len(stored),
        )
        messages.success(request, said % {"n": thin(len(stored))})
    return redirect("event", stored[0]) if len(stored) == 1 else redirect("events")
