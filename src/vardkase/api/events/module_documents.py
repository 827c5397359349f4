"""Import and export of events through modules."""

from __future__ import annotations

import base64
import binascii

from django.utils.http import content_disposition_header

from vardkase.api.answers import Json, Saved, Text
from vardkase.api.body import MULTIPART
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import AnyText, Anything, Base64, Flag, Mandatory, decoded
from vardkase.api.inputs import Body, Upload
from vardkase.api.modules import reaching
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.exchange.modules.errors import TooManyExports
from vardkase.exchange.modules.exporting import exported
from vardkase.exchange.modules.module_requests import read_by, usable_module
from vardkase.exchange.modules.server import ModuleKind
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_modify_event

IMPORT = "/events/importModule"


class ModuleImport(Body, kw_only=True):
    model = "Event"

    data: Mandatory[Base64] = None
    paste: AnyText = None
    filename: AnyText = None
    config: Anything = None
    save: Flag = False


@endpoint(
    "events/importModule",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    methods=("POST", "PUT"),
    writes=True,
    describes=Description(
        "Have a module read a document: a form with a file, or its base64 in data, or text in paste.",
        url=f"{IMPORT}/[module]/[event_id]",
    ),
)
@reaching
def import_module(
    call: Call, module: str, event_id: str, *, body: ModuleImport, upload: Upload
) -> Json | Saved:
    """Run an import module on a document and return its result as parts of an event; ``save`` adds them to
    it."""
    event = find_event(call.actor, event_id)
    if not may_modify_event(call.actor, event):
        raise NotOwned
    reader = usable_module(call.actor, ModuleKind.IMPORT, module)
    is_form = call.headers.get("Content-Type", "").startswith(MULTIPART)
    name, content = _encoded(*upload.document) if is_form else _sent(body)
    chosen = decoded(body.config)
    document = read_by(
        call.actor, reader, content, name, event.id, chosen if isinstance(chosen, dict) else {}
    )
    return added(call, event, document) if body.save else Json(document)


@endpoint("events/exportModule")
@reaching
def export_module(call: Call, module: str, event_id: str) -> Text:
    """Export an event with an export module."""
    try:
        event = find_event(call.actor, event_id)
        file = exported(call.actor, event, module)
    except TooManyExports as refused:
        raise MispError(429, refused.wire, headers={"Retry-After": str(refused.wait)}) from refused
    record_fetch(call.actor, FetchChannel.API, FetchedKind.EVENT, [event.id])
    disposition = content_disposition_header(True, file.name)
    return Text(file.content, file.type, headers={"Content-Disposition": disposition or "attachment"})


def _sent(body: ModuleImport) -> tuple[str, str]:
    """Name and base64 content of a document in ``data`` (already base64) or ``paste``."""
    if isinstance(body.data, str):
        try:
            base64.b64decode(body.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MispError(400, "The data is not valid base64.") from error
        return str(body.filename or ""), body.data
    if isinstance(body.paste, str):
        return _encoded("", body.paste.encode())
    raise SaveFailed("importModule Event", IMPORT, {"data": ["A document is needed."]})


def _encoded(name: str, content: bytes) -> tuple[str, str]:
    return name, base64.b64encode(content).decode()
