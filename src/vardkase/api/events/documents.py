"""Importing files as events or event parts: MISP exports, OpenIOC, sandbox archives."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.fields import Distribution, Flag, SharingGroup, Text
from vardkase.api.inputs import Upload, UploadOptions
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.sandbox import LimitReached
from vardkase.formats.incoming.services import (
    ImportedEvent,
    ImportOptions,
    import_export,
    openioc_parts,
    sandbox_parts,
)
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_modify_event
from vardkase.misp.flags import as_bool

EXPORT = "/events/add_misp_export"
OPENIOC = "/events/addIOC"
ANALYSIS = "/events/upload_analysis_file"


class ExportOptions(UploadOptions, kw_only=True):
    filecontent: Text = ""
    publish: Flag | None = None
    takeownership: Flag = False
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None


class PartOptions(UploadOptions, kw_only=True):
    distribution: Distribution = None


@endpoint(
    "events/add_misp_export",
    requires=(Permission.MODIFY,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Store the events in a file that MISP exported, JSON or XML: the file of a form, the body, or filecontent."
    ),
)
def add_misp_export(call: Call, publish: str = "0", *, options: ExportOptions, upload: Upload) -> Json:
    """Store the events of a MISP export; returns the id of each, or the reason why it was refused."""
    is_published = as_bool(publish) if options.publish is None else options.publish
    wanted = ImportOptions(options.distribution, options.sharing_group_id, is_published)
    try:
        # A text in `filecontent` goes before the file of a form and the body.
        content = options.filecontent.encode() or upload.document[1]
        results = list(import_export(call.actor, content, wanted, take_ownership=options.takeownership))
    except (Invalid, LimitReached) as refused:
        raise SaveFailed("add_misp_export Event", EXPORT, refused.wire) from refused
    return Json([_result(result) for result in results])


@endpoint(
    "events/addIOC",
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Add the indicators of an OpenIOC document (1.0 or 1.1) to an event, which keeps the file.",
        url=f"{OPENIOC}/[event_id]",
    ),
)
def add_ioc(call: Call, event_id: str, *, options: PartOptions, upload: Upload) -> Answer:
    """Add an OpenIOC document from a form file or the body; indicators without a MISP type are reported."""
    event = _own_event(call.actor, event_id)
    name, content = upload.document
    try:
        document, untold = openioc_parts(name, content, options.distribution)
    except (Invalid, LimitReached) as refused:
        raise SaveFailed("addIOC Event", OPENIOC, refused.wire) from refused
    return added(call, event, document, untold)


@endpoint(
    "events/upload_analysis_file",
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Add the archive of a sandbox's analysis (ThreatAnalyzer) to an event: the sample, what it wrote and reached.",
        url=f"{ANALYSIS}/[event_id]",
    ),
)
def upload_analysis_file(call: Call, event_id: str, *, options: PartOptions, upload: Upload) -> Answer:
    """Add the archive of an analysis from a form file or the body; the files in it become samples."""
    event = _own_event(call.actor, event_id)
    try:
        document = sandbox_parts(upload.document[1], options.distribution)
    except (Invalid, LimitReached) as refused:
        raise SaveFailed("upload_analysis_file Event", ANALYSIS, refused.wire) from refused
    return added(call, event, document)


def _own_event(actor: Actor, event_id: str) -> EventRow:
    event = find_event(actor, event_id)
    if not may_modify_event(actor, event):
        raise NotOwned
    return event


def _result(imported: ImportedEvent) -> dict[str, Any]:
    row: dict[str, Any] = {"info": imported.info, "result": imported.refused or True}
    if imported.event_id is not None:
        row["id"] = str(imported.event_id)
    return {**row, "validationIssues": dict(imported.issues)} if imported.issues else row
