"""Endpoints of attributes: view, index, types, statistics, attachments."""

from __future__ import annotations

import msgspec

from vardkase.api.answers import Json, Text
from vardkase.api.attachment_answers import attachment
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.formats.misp_json import EventOptions, attribute_dict, chosen_ids, split_attributes
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import AttributeRow
from vardkase.intel.queries.find import find_attribute, is_reference
from vardkase.intel.queries.lists import count_attributes, newest_attributes
from vardkase.misp.flags import as_bool
from vardkase.misp.types import describe_types_bytes

PAGE = 60
NOT_DOWNLOADABLE = "Attribute does not exist or you do not have the permission to download this attribute."


@endpoint("attributes/view", answers="Attribute")
def view(call: Call, attribute_id: str) -> Json | Text:
    """Return one attribute. HEAD only checks that it exists; a GET for an unknown one returns 405."""
    if not is_reference(attribute_id):
        raise MispError(404, "Invalid attribute ID.")
    try:
        attribute = find_attribute(call.actor, attribute_id)
    except NotFound as missing:
        if call.method == "HEAD":
            raise
        # MISP answers 405 here, and 404 only for what cannot be an id.
        raise MispError(405, "Invalid attribute") from missing
    if call.method == "HEAD":
        return Text("")
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [attribute.event_id])
    return Json({"Attribute": attribute_dict(call.actor, attribute.id)})


@endpoint("attributes/index", from_replica=True)
def index(call: Call, *, params: Paging) -> Json:
    """List attributes, newest first, page by page."""
    limit, offset = params.limit_and_offset(PAGE)
    ids = chosen_ids(newest_attributes(call.actor, limit=limit, offset=offset))
    record_fetch(call.actor, FetchChannel.API, FetchedKind.ATTRIBUTE, ids)
    rows = split_attributes(call.actor, ids, EventOptions())
    return Json([msgspec.to_builtins(row) for row in rows])


@endpoint("attributes/describe_types")
def describe_types(_call: Call) -> Text:
    """List all types and categories with their defaults."""
    return Text(describe_types_bytes(), content_type="application/json; charset=UTF-8")


@endpoint("attributes/attribute_statistics")
def attribute_statistics(call: Call, type_or_category: str = "type", percentage: str = "") -> Json:
    """Return the number of attributes of each type or category, absolute or in per cent."""
    counts = count_attributes(call.actor, "category" if type_or_category == "category" else "type")
    if as_bool(percentage):
        total = sum(counts.values())
        return Json({name: f"{round(100 * count / total, 3):g}%" for name, count in counts.items()})
    return Json({name: str(count) for name, count in counts.items()})


@endpoint("attributes/download")
def download(call: Call, attribute_id: str) -> Text:
    """Return an attachment, or a sample in its encrypted zip."""
    return _download(call, attribute_id)


@endpoint("attributes/download_attachment")
def download_attachment(call: Call, download: str, attribute_id: str = "") -> Text:
    """Return an attachment through the older route: ``/attributes/downloadAttachment/download/<id>``."""
    return _download(call, attribute_id if download == "download" else download)


def _download(call: Call, reference: str) -> Text:
    row = _downloadable(call.actor, reference)
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [row.event_id])
    return attachment(row)


def _downloadable(actor: Actor, reference: str) -> AttributeRow:
    try:
        return find_attribute(actor, reference)
    except NotFound as missing:
        # MISP answers 401 for a file that is not found, though the key was accepted.
        raise MispError(401, NOT_DOWNLOADABLE) from missing
