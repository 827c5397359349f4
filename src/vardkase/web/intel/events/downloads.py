"""Downloads of events and their files. Potentially dangerous files are delivered only in an encrypted archive."""

from __future__ import annotations

from typing import Protocol

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from vardkase.core import files
from vardkase.core.zipcrypto import encrypted_zip, is_encrypted_zip
from vardkase.exchange.modules.errors import ModulesUnreachable
from vardkase.exchange.modules.module_requests import usable_modules
from vardkase.exchange.modules.server import Module, ModuleKind
from vardkase.formats.misp_json import EventOptions, event_document
from vardkase.identity.access.actor import Actor
from vardkase.intel.kernel.attachments import MALWARE_SAMPLE, SAMPLE_PASSWORD
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.web.ui.exports import JSON_WITH_ATTACHMENTS, export_events, offered_formats
from vardkase.web.ui.files import event_download
from vardkase.web.ui.pages import PageRequest, page


class WithFile(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def value1(self) -> str: ...
    @property
    def data_sha256(self) -> str | None: ...


@page()
def formats(request: PageRequest, reference: str) -> HttpResponse:
    """Every format in which the event can be downloaded, and what each is for."""
    event = find_event(request.actor, reference)
    context = {
        "heading": event.info,
        "event": event,
        "groups": offered_formats(),
        "export_modules": _export_modules(request),
    }
    return render(request, "events/downloads.html", context)


def _export_modules(request: PageRequest) -> list[Module]:
    try:
        return usable_modules(request.actor, ModuleKind.EXPORT)
    except ModulesUnreachable:
        return []


@page()
def event_file(request: PageRequest, reference: str, format: str) -> HttpResponseBase:
    event = find_event(request.actor, reference)
    name = f"misp.event.{event.uuid}"
    if format not in ("json", JSON_WITH_ATTACHMENTS):
        return export_events(request, format, [event.id], name)
    # One event by itself, as events/view answers, and not a list of one as a search would.
    options = EventOptions(include_attachments=format == JSON_WITH_ATTACHMENTS)
    content = event_document(request.actor, event.id, options)
    return event_download(request.actor, [event.id], content, f"{name}.json", "application/json")


@page()
def file(request: PageRequest, reference: str, attribute_id: int) -> HttpResponseBase:
    """An attachment or a sample in a zip with the password "infected"."""
    event = find_event(request.actor, reference)
    attribute = find_attribute(request.actor, attribute_id)
    if attribute.event_id != event.id or not attribute.data_sha256:
        raise Http404
    return archived(request.actor, event.id, attribute)


def archived(actor: Actor, event_id: int, row: WithFile) -> HttpResponseBase:
    name = f"{_plain_name(row)}.zip"
    return event_download(actor, [event_id], [_archive(row)], name, "application/zip")


def _archive(attribute: WithFile) -> bytes:
    """Samples are stored zipped unless a client sent one plain; everything else is zipped here."""
    try:
        content = files.read(attribute.data_sha256 or "")
    except FileNotFoundError as lost:
        raise Http404 from lost
    if attribute.type == MALWARE_SAMPLE and is_encrypted_zip(content):
        return content
    return encrypted_zip({_plain_name(attribute): content}, SAMPLE_PASSWORD)


def _plain_name(attribute: WithFile) -> str:
    return attribute.value1.replace("\\", "/").rsplit("/", 1)[-1] or "attachment"
