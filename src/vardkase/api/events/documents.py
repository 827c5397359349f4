"""Importing files as events or event parts: MISP exports, OpenIOC, sandbox archives."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.events.added_parts import added
from vardkase.api.inputs import upload_options
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
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import NotOwned
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.rows import EventRow
from vardkase.intel.rules import may_modify_event
from vardkase.misp.flags import as_bool

EXPORT = "/events/add_misp_export"
OPENIOC = "/events/addIOC"
ANALYSIS = "/events/upload_analysis_file"


@endpoint(
    "events/add_misp_export",
    requires=(Permission.MODIFY,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Store the events in a file that MISP exported, JSON or XML: the file of a form, the body, or filecontent.",
        (),
        ("filecontent", "publish", "takeownership", "distribution", "sharing_group_id"),
    ),
)
def add_misp_export(call: Call) -> Answer:
    """Store the events of a MISP export; returns the id of each, or the reason why it was refused."""
    option = upload_options(call)
    wishes = ImportOptions(
        option("distribution"), option("sharing_group_id"), as_bool(option("publish", call.arg(0, "0")))
    )
    own = as_bool(option("takeownership", "0"))
    try:
        # A text in `filecontent` goes before the file of a form and the body.
        sent = option("filecontent")
        content = sent.encode() if isinstance(sent, str) and sent else call.document()[1]
        results = list(import_export(call.actor, content, wishes, take_ownership=own))
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
        (),
        ("distribution",),
        url=f"{OPENIOC}/[event_id]",
    ),
)
def add_ioc(call: Call) -> Answer:
    """Add an OpenIOC document from a form file or the body; indicators without a MISP type are reported."""
    event = _own_event(call)
    name, content = call.document()
    try:
        document, untold = openioc_parts(name, content, upload_options(call)("distribution"))
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
        (),
        ("distribution",),
        url=f"{ANALYSIS}/[event_id]",
    ),
)
def upload_analysis_file(call: Call) -> Answer:
    """Add the archive of an analysis from a form file or the body; the files in it become samples."""
    event = _own_event(call)
    try:
        document = sandbox_parts(call.document()[1], upload_options(call)("distribution"))
    except (Invalid, LimitReached) as refused:
        raise SaveFailed("upload_analysis_file Event", ANALYSIS, refused.wire) from refused
    return added(call, event, document)


def _own_event(call: Call) -> EventRow:
    event = find_event(call.actor, call.arg(0))
    if not may_modify_event(call.actor, event):
        raise NotOwned
    return event


def _result(imported: ImportedEvent) -> dict[str, Any]:
    row: dict[str, Any] = {"info": imported.info, "result": imported.refused or True}
    if imported.event_id is not None:
        row["id"] = str(imported.event_id)
    return {**row, "validationIssues": dict(imported.issues)} if imported.issues else row
