"""ThreatConnect import: indicators in another product's format, added to an event as attributes."""

from __future__ import annotations

from vardkase.api.answers import Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Distribution
from vardkase.api.inputs import Upload, UploadOptions
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.formats.incoming.threatconnect import Table
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.queries.find import find_event

WHERE = "/attributes/add_threatconnect"


class TableOptions(UploadOptions, kw_only=True):
    model = "Attribute"

    distribution: Distribution = None


@endpoint(
    "attributes/add_threatconnect",
    requires=(Permission.ADD,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Add the indicators in ThreatConnect's CSV, the file of a form or the body, to an event.",
        url=f"{WHERE}/[event_id]",
    ),
)
def add_threatconnect(call: Call, event_id: str, *, options: TableOptions, upload: Upload) -> Saved:
    """Add the attributes of a table; rows that exist already or have no type in MISP are reported by
    position."""
    event = find_event(call.actor, event_id)
    try:
        table = Table(upload.document[1], options.distribution)
        stored = add_attributes(call.actor, event.id, table.documents())
    except Invalid as refused:
        raise SaveFailed("add_threatconnect Attribute", WHERE, refused.errors) from refused
    count = len(stored.attribute_ids)
    errors = {**table.unsupported, **stored.rejections.errors}
    text = f"{count} {'attribute' if count == 1 else 'attributes'} added."
    return saved(text, f"{WHERE}/{event.id}", id=str(event.id), **({"errors": errors} if errors else {}))
