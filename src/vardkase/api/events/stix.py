"""STIX import: events/upload_stix."""

from __future__ import annotations

from typing import Any

import msgspec

from vardkase.api.answers import JSON_TYPE, Text
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Distribution, Flag, SharingGroup
from vardkase.api.inputs import Upload, UploadOptions
from vardkase.api.request import Call
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import wire
from vardkase.core.sandbox import LimitReached
from vardkase.formats.incoming.services import ImportOptions, import_as_event
from vardkase.formats.misp_json.module_document import inner_form
from vardkase.formats.stix.importing import read_stix1, read_stix2
from vardkase.identity.access.permissions import Permission
from vardkase.intel.errors import EventBlocked, EventExists, SharingGroupRefused
from vardkase.misp.flags import as_bool

READERS = {"1": read_stix1, "2": read_stix2}


class StixOptions(UploadOptions, kw_only=True):
    galaxies_as_tags: Flag | None = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    publish: Flag | None = None


@endpoint(
    "events/upload_stix",
    requires=(Permission.MODIFY,),
    writes=True,
    methods=("POST", "PUT"),
    takes_document=True,
    describes=Description(
        "Make an event of a STIX document: 1.x in XML, 2.x in JSON, as the body or as the file of a form.",
        url="/events/upload_stix/[stix_version]/[publish]/[galaxies_as_tags]",
    ),
)
def upload_stix(
    call: Call,
    stix_version: str = "1",
    publish: str = "0",
    galaxies_as_tags: str = "1",
    *,
    options: StixOptions,
    upload: Upload,
) -> Text:
    """Store a STIX document as an event; returns it in MISP's internal form."""
    read = READERS.get(stix_version[:1])
    if read is None:
        raise _refusal("Invalid STIX version: 1 and 2 are known.")
    as_tags = as_bool(galaxies_as_tags) if options.galaxies_as_tags is None else options.galaxies_as_tags
    is_published = as_bool(publish) if options.publish is None else options.publish
    wishes = ImportOptions(options.distribution, options.sharing_group_id, is_published)
    try:
        document = read(upload.document[1], galaxies_as_tags=as_tags)
        stored = import_as_event(call.actor, document, wishes)
    except (LimitReached, EventExists, EventBlocked, SharingGroupRefused, Forbidden) as refused:
        raise _refusal(refused.wire) from refused
    except Invalid as invalid:
        raise _refusal(invalid.errors) from invalid
    # Always JSON, also for those who send XML and so say that they accept it.
    answer = inner_form(call.actor, stored.event_id)
    # Parts whose uuids are taken, as when a document comes again. MISP says nothing of tags that it leaves out.
    if rejected := stored.rejections.without_tags():
        answer["errors"] = wire(rejected.errors)
    return Text(msgspec.json.encode(answer), JSON_TYPE)


def _refusal(errors: Any) -> SaveFailed:
    return SaveFailed("upload_stix Event", "/events/upload_stix", errors)
