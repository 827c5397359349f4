"""Events as export modules write them."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from vardkase.audit.services import record
from vardkase.core.limits import Limit
from vardkase.exchange.modules.errors import ModuleFailed, TooManyExports
from vardkase.exchange.modules.module_requests import usable_module, written_by
from vardkase.exchange.modules.problems import ModuleProblem
from vardkase.exchange.modules.server import ModuleKind
from vardkase.formats.misp_json import EventOptions
from vardkase.formats.misp_json.module_document import inner_form
from vardkase.identity.access.actor import Actor
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import EventRow
from vardkase.intel.kernel.audit_entries import event_target

MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")
EXPORTS = Limit("event through a module", allowed=60, window=3600)
"""For each account: the event leaves the hub, with its files, and a request thread waits for the answer."""
EXTENSION = re.compile(r"[A-Za-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class ExportedFile:
    name: str
    content: bytes
    type: str


def exported(actor: Actor, event: EventRow, name: str) -> ExportedFile:
    """An event by the module `name`, for those who may read it, as in MISP.

    Raises NotFound, TooManyExports, ModuleFailed, ModulesUnreachable.
    """
    writer = usable_module(actor, ModuleKind.EXPORT, name)
    if (usage := EXPORTS.spend(actor.user_id)).is_exceeded:
        raise TooManyExports(usage.wait)
    # With audiences, for which the history is hidden from organisations other than the owner and the actor's.
    change = {"module_name": writer.name, "audiences": []}
    record(actor, IntelAction.EVENT_SENT_TO_MODULE, event_target(event), change)
    document = inner_form(actor, event.id, EventOptions(include_attachments=True))
    try:
        content = base64.b64decode(written_by(writer, [document]))
    except (binascii.Error, ValueError) as error:
        raise ModuleFailed(ModuleProblem.NOT_BASE64(module=writer.name)) from error
    extension = writer.extension if EXTENSION.fullmatch(writer.extension) else "txt"
    kind = writer.response_type if MIME.fullmatch(writer.response_type) else "application/octet-stream"
    return ExportedFile(f"misp.event.{event.id}.{writer.name}.{extension}", content, kind)
