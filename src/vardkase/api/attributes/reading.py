"""Endpoints of attributes: view, index, types, statistics, attachments."""

from __future__ import annotations

import msgspec

from vardkase.api.answers import Answer, Json, Text
from vardkase.api.attributes.attachments import attachment
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.formats.misp_json import EventOptions, attribute_dict, chosen_ids, split_attributes
from vardkase.intel.queries.find import find_attribute, is_reference
from vardkase.intel.queries.lists import count_attributes, newest_attributes
from vardkase.intel.queries.rows import AttributeRow
from vardkase.misp.flags import as_bool
from vardkase.misp.types import describe_types_bytes

PAGE = 60
NOT_DOWNLOADABLE = "Attribute does not exist or you do not have the permission to download this attribute."


@endpoint("attributes/view")
def view(call: Call) -> Answer:
    """Return one attribute. HEAD only checks that it exists; a GET for an unknown one returns 405."""
    reference = call.arg(0)
    if not is_reference(reference):
        raise MispError(404, "Invalid attribute ID.")
    try:
        attribute = find_attribute(call.actor, reference)
    except NotFound as missing:
        if call.method == "HEAD":
            raise
        # MISP answers 405 here, and 404 only for what cannot be an id.
        raise MispError(405, "Invalid attribute") from missing
    if call.method == "HEAD":
        return Text("")
    return Json({"Attribute": attribute_dict(call.actor, attribute.id)})


@endpoint("attributes/index")
def index(call: Call) -> Answer:
    """List attributes, newest first, page by page."""
    limit, offset = limit_and_offset(call, PAGE)
    ids = chosen_ids(newest_attributes(call.actor, limit=limit, offset=offset))
    rows = split_attributes(call.actor, ids, EventOptions())
    return Json([msgspec.to_builtins(row) for row in rows])


@endpoint("attributes/describe_types")
def describe_types(_call: Call) -> Answer:
    """List all types and categories with their defaults."""
    return Text(describe_types_bytes(), content_type="application/json; charset=UTF-8")


@endpoint(
    "attributes/attribute_statistics",
    describes=Description(url="/attributes/attributeStatistics/[type_or_category]/[percentage]"),
)
def attribute_statistics(call: Call) -> Answer:
    """Return the number of attributes of each type or category, absolute or in per cent."""
    counts = count_attributes(call.actor, "category" if call.arg(0) == "category" else "type")
    if as_bool(call.arg(1)):
        total = sum(counts.values())
        return Json({name: f"{round(100 * count / total, 3):g}%" for name, count in counts.items()})
    return Json({name: str(count) for name, count in counts.items()})


@endpoint("attributes/download")
def download(call: Call) -> Answer:
    """Return an attachment, or a sample in its encrypted zip."""
    return attachment(_downloadable(call, call.arg(0)))


@endpoint(
    "attributes/download_attachment",
    describes=Description(url="/attributes/downloadAttachment/[download]/[attribute_id]"),
)
def download_attachment(call: Call) -> Answer:
    """Return an attachment through the older route: ``/attributes/downloadAttachment/download/<id>``."""
    return attachment(_downloadable(call, call.arg(1) if call.arg(0) == "download" else call.arg(0)))


def _downloadable(call: Call, reference: str) -> AttributeRow:
    try:
        return find_attribute(call.actor, reference)
    except NotFound as missing:
        raise MispError(401, NOT_DOWNLOADABLE) from missing
