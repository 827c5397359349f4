"""Downloads of events and their files. Potentially dangerous files are delivered only in an encrypted archive."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core import files
from vardkase.core.zipcrypto import encrypted_zip, is_encrypted_zip
from vardkase.formats import csv
from vardkase.formats.misp_json import EventOptions, event_document
from vardkase.intel.columns import AttributeRow
from vardkase.intel.kernel.attachments import MALWARE_SAMPLE, SAMPLE_PASSWORD
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.web.ui.files import download
from vardkase.web.ui.pages import PageRequest, page


@page()
def as_json(request: PageRequest, reference: str) -> HttpResponseBase:
    """The event in MISP's format; `?attachments=1` puts its files in as well."""
    event = find_event(request.actor, reference)
    options = EventOptions(include_attachments=request.GET.get("attachments") == "1")
    document = event_document(request.actor, event.id, options)
    return download(document, f"misp.event.{event.uuid}.json", "application/json")


@page()
def as_csv(request: PageRequest, reference: str) -> HttpResponseBase:
    """The event's attributes, a line each, in MISP's columns."""
    event = find_event(request.actor, reference)
    search = Search(Scope.EVENTS, options={"includeContext": True, "escapeFormulas": True})
    rows = csv.table(request.actor, search, [event.id])
    return download(rows, f"misp.event.{event.uuid}.csv", "text/csv; charset=utf-8")


@page()
def file(request: PageRequest, reference: str, attribute_id: int) -> HttpResponseBase:
    """An attachment or a sample in a zip with the password "infected"."""
    event = find_event(request.actor, reference)
    attribute = find_attribute(request.actor, attribute_id)
    if attribute.event_id != event.id or not attribute.data_sha256:
        raise Http404
    return download([_archive(attribute)], f"{_plain_name(attribute)}.zip", "application/zip")


def _archive(attribute: AttributeRow) -> bytes:
    """Samples are stored zipped unless a client sent one plain; everything else is zipped here."""
    try:
        content = files.read(attribute.data_sha256 or "")
    except FileNotFoundError as lost:
        raise Http404 from lost
    if attribute.type == MALWARE_SAMPLE and is_encrypted_zip(content):
        return content
    return encrypted_zip({_plain_name(attribute): content}, SAMPLE_PASSWORD)


def _plain_name(attribute: AttributeRow) -> str:
    return attribute.value1.replace("\\", "/").rsplit("/", 1)[-1] or "attachment"
