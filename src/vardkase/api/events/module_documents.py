"""Import and export of events through modules."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from django.utils.http import content_disposition_header

from vardkase.api.answers import Answer, Json, Text
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import decoded
from vardkase.api.modules import reaching
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.exchange.modules.errors import ModuleFailed
from vardkase.exchange.modules.module_requests import read_by, usable_module, written_by
from vardkase.exchange.modules.problems import ModuleProblem
from vardkase.exchange.modules.server import ModuleKind
from vardkase.formats.misp_json import EventOptions
from vardkase.formats.misp_json.module_document import inner_form
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_modify_event
from vardkase.misp.flags import as_bool

IMPORT = "/events/importModule"
MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")
EXTENSION = re.compile(r"[A-Za-z0-9]{1,10}")


@endpoint(
    "events/importModule",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "Have a module read a document: a form with a file, or its base64 in data, or text in paste.",
        ["data"],
        ["paste", "filename", "config", "save"],
        url=f"{IMPORT}/[module]/[event_id]",
    ),
)
@reaching
def import_module(call: Call) -> Answer:
    """Run an import module on a document and return its result as parts of an event; ``save`` adds them to
    it."""
    event = find_event(call.actor, call.arg(1))
    if not may_modify_event(call.actor, event):
        raise NotOwned
    module = usable_module(call.actor, ModuleKind.IMPORT, call.arg(0))
    body = call.data("Event")
    name, content = _upload(call, body)
    chosen = decoded(body.get("config", {}))
    document = read_by(module, content, name, event.id, chosen if isinstance(chosen, dict) else {})
    return added(call, event, document) if as_bool(body.get("save")) else Json(document)


@endpoint("events/exportModule")
@reaching
def export_module(call: Call) -> Answer:
    """Export an event with an export module."""
    event = find_event(call.actor, call.arg(1))
    module = usable_module(call.actor, ModuleKind.EXPORT, call.arg(0))
    document = inner_form(call.actor, event.id, EventOptions(include_attachments=True))
    try:
        content = base64.b64decode(written_by(module, [document]))
    except (binascii.Error, ValueError) as error:
        raise ModuleFailed(ModuleProblem.NOT_BASE64(module=module.name)) from error
    extension = module.extension if EXTENSION.fullmatch(module.extension) else "txt"
    kind = module.response_type if MIME.fullmatch(module.response_type) else "application/octet-stream"
    disposition = content_disposition_header(True, f"misp.event.{event.id}.{module.name}.{extension}")
    return Text(content, kind, headers={"Content-Disposition": disposition or "attachment"})


def _upload(call: Call, body: dict[str, Any]) -> tuple[str, str]:
    """Name and base64 content of the upload: a form file, ``data`` (already base64), or ``paste``."""
    if call.headers.get("Content-Type", "").startswith("multipart/"):
        name, content = call.document()
        return name, base64.b64encode(content).decode()
    if isinstance(data := body.get("data"), str):
        try:
            base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MispError(400, "The data is not valid base64.") from error
        return str(body.get("filename") or ""), data
    if isinstance(text := body.get("paste"), str):
        return "", base64.b64encode(text.encode()).decode()
    raise SaveFailed("importModule Event", IMPORT, {"data": ["A document is needed."]})
