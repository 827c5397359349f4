"""Uploaded files: attachments and malware samples on events, and image viewing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from vardkase.api.answers import Json, Redirect, Text
from vardkase.api.attachment_answers import picture
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import (
    Analysis,
    AnyFlag,
    AnyText,
    Flag,
    Mandatory,
    Parts,
    Reference,
    ThreatLevel,
)
from vardkase.api.finding import event_or_404
from vardkase.api.request import Call
from vardkase.api.shared_inputs import PartBody
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid, NotFound
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.uploads import add_attachments
from vardkase.intel.queries.find import find_attribute
from vardkase.intel.services.samples import Sample, add_samples
from vardkase.misp.flags import as_int

PROFILES = EVERY

NEW_EVENT = "Malware sample upload"
OF_EVENTS = ("info", "threat_level_id", "analysis", "distribution", "sharing_group_id")
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


class FileBody(PartBody, kw_only=True):
    """What files may come with; the services read it."""

    category: AnyText = None
    to_ids: AnyFlag = None

    def sent_of(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: self.sent[name] for name in names if self.sent.get(name) is not None}


class AttachmentBody(FileBody, kw_only=True):
    model = "Attribute"

    values: Mandatory[Parts] = None
    malware: Flag = False


class SampleBody(FileBody, kw_only=True):
    model = "request"

    files: Mandatory[Parts] = None
    event_id: Reference = ""
    info: AnyText = None
    threat_level_id: ThreatLevel = None
    analysis: Analysis = None


@endpoint(
    "attributes/add_attachment",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Add files to an event, from a form or as ``values`` of ``filename`` and base64 ``data``.",
        url="/attributes/add_attachment/[event_id]",
    ),
)
def add_attachment(call: Call, event_id: str, *, body: AttachmentBody) -> Redirect:
    """Add files as attachments, or as samples with ``malware``; redirects to the event, as MISP does."""
    event = event_or_404(call.actor, event_id).id
    files = call.files()
    if not files and "values" not in body.sent:
        raise SaveFailed("add Attribute", "/attributes/add_attachment", {"values": [NO_FILES]})
    sent = files or [(sample.name, sample.content) for sample in _samples(body.values)]
    try:
        add_attachments(call.actor, event, sent, body.sent_of(ABOUT), malware=body.malware)
    except Invalid as error:
        raise SaveFailed("add Attribute", "/attributes/add_attachment", error.errors) from None
    return Redirect(f"/events/view/{event}")


@endpoint("attributes/view_picture")
def view_picture(call: Call, attribute_id: str) -> Text:
    """Return the image stored in an attribute; other files are refused."""
    try:
        return picture(find_attribute(call.actor, attribute_id))
    except NotFound as missing:
        raise MispError(404, "Invalid attribute") from missing


@endpoint(
    "events/upload_sample",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.AUTH, Permission.ADD),
    writes=True,
    describes=Description(
        "Add malware samples as file objects to an event, or to a new one.",
        url="/events/upload_sample/[event_id]",
    ),
)
def upload_sample(call: Call, event_id: str = "", *, body: SampleBody) -> Json:
    """Upload malware samples; without an event, a new one is created for them."""
    samples = _samples(body.files)
    if not samples:
        raise MispError(400, NO_SAMPLES)
    named = event_id or body.event_id
    # 5 is “as the event”, and a new event has none above it.
    if not named and as_int(body.distribution, 5) == 5:
        raise MispError(400, NO_LEVEL)
    event = event_or_404(call.actor, named).id if named else {"info": NEW_EVENT, **body.sent_of(OF_EVENTS)}
    try:
        stored = add_samples(call.actor, event, samples, body.sent_of(ABOUT))
    except Invalid as error:
        raise SaveFailed("upload_sample Event", "/events/upload_sample", error.errors) from None
    text = "Success, saved all attributes."
    url = f"{call.base_url}/events/view/{stored}"
    return Json({"name": "Success", "message": text, "url": url, "id": str(stored)})


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
        # Encoders break lines, which `validate` would refuse.
        return Sample(name, base64.b64decode("".join(data.split()), validate=True))
    except (binascii.Error, ValueError):
        raise MispError(400, BASE64) from None
