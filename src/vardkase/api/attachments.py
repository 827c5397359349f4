"""Uploaded files: attachments and malware samples on events, and image viewing."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from vardkase.api.answers import Answer, Json, Redirect
from vardkase.api.attributes.attachments import picture
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.uploads import add_attachments
from vardkase.intel.queries.find import find_attribute, find_event
from vardkase.intel.services.samples import Sample, add_samples
from vardkase.misp.flags import as_bool, as_int

PROFILES = EVERY

ABOUT = ("category", "to_ids", "comment", "distribution", "sharing_group_id")
NO_SAMPLES = (
    "No samples received, or samples not in the correct format. "
    "Please refer to the API documentation on the automation page."
)
NO_FILES = "Files are expected: of a form, or each with its filename and its data in base64."
NO_LEVEL = (
    "Distribution level 5 is not supported when uploading a sample without passing an event ID. "
    "Distribution level 5 is meant to take on the distribution level of an existing event."
)
BASE64 = "The data of a sample is not valid base64."


@endpoint(
    "attributes/add_attachment",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Add files to an event, from a form or as ``values`` of ``filename`` and base64 ``data``.",
        ("values",),
        ("category", "comment", "distribution", "sharing_group_id", "malware"),
        url="/attributes/add_attachment/[event_id]",
    ),
)
def add_attachment(call: Call) -> Answer:
    """Add files as attachments, or as samples with ``malware``; redirects to the event, as MISP does."""
    event = _event(call, call.arg(0))
    body = call.data("Attribute")
    files = call.files()
    if not files and "values" not in body:
        raise SaveFailed("add Attribute", "/attributes/add_attachment", {"values": [NO_FILES]})
    sent = files or [(sample.name, sample.content) for sample in _samples(body.get("values"))]
    about = {name: body[name] for name in ABOUT if body.get(name) is not None}
    try:
        add_attachments(call.actor, event, sent, about, malware=as_bool(body.get("malware")))
    except Invalid as error:
        raise SaveFailed("add Attribute", "/attributes/add_attachment", error.errors) from None
    return Redirect(f"/events/view/{event}")


@endpoint("attributes/view_picture")
def view_picture(call: Call) -> Answer:
    """Return the image stored in an attribute; other files are refused."""
    try:
        return picture(find_attribute(call.actor, call.arg(0)))
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing


@endpoint(
    "events/upload_sample",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.AUTH, Permission.ADD),
    writes=True,
    describes=Description(
        "Add malware samples as file objects to an event, or to a new one.",
        ("files",),
        ("event_id", "info", "threat_level_id", "analysis", *ABOUT),
        url="/events/upload_sample/[event_id]",
    ),
)
def upload_sample(call: Call) -> Answer:
    """Upload malware samples; without an event, a new one is created for them."""
    body = call.data("request")
    samples = _samples(body.get("files"))
    if not samples:
        raise MispError(400, NO_SAMPLES)
    named = call.arg(0) or str(body.get("event_id") or "")
    about = {name: body[name] for name in ABOUT if body.get(name) is not None}
    if not named and as_int(body.get("distribution"), 5) == 5:
        raise MispError(400, NO_LEVEL)
    event = _event(call, named) if named else _new_event(body)
    try:
        event_id = add_samples(call.actor, event, samples, about)
    except Invalid as error:
        raise SaveFailed("upload_sample Event", "/events/upload_sample", error.errors) from None
    text = "Success, saved all attributes."
    url = f"{call.base_url}/events/view/{event_id}"
    return Json({"name": "Success", "message": text, "url": url, "id": str(event_id)})


def _event(call: Call, reference: str) -> int:
    try:
        return find_event(call.actor, reference).id
    except NotFound as missing:
        raise MispError(404, "Invalid event") from missing


def _new_event(body: dict[str, Any]) -> dict[str, Any]:
    names = ("info", "threat_level_id", "analysis", "distribution", "sharing_group_id")
    sent = {name: body[name] for name in names if body.get(name) is not None}
    return {"info": "Malware sample upload", **sent}


def _samples(files: object) -> list[Sample]:
    """The files in a body; raises MispError 400 unless each is a name with base64 content."""
    if not isinstance(files, list):
        return []
    return [_sample(file) for file in files]


def _sample(file: object) -> Sample:
    name = file.get("filename") if isinstance(file, dict) else None
    data = file.get("data") if isinstance(file, dict) else None
    if not isinstance(name, str) or not name.strip() or not isinstance(data, str):
        raise MispError(400, NO_SAMPLES)
    try:
        return Sample(name, base64.b64decode("".join(data.split()), validate=True))
    except (binascii.Error, ValueError):
        raise MispError(400, BASE64) from None
