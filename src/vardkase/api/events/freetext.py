"""Free-text import: events/freeTextImport, and events/saveFreeText for reviewed results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any

import msgspec

from vardkase.api.answers import Json, Saved, Stream, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, SharingGroup, Text, decoded
from vardkase.api.fields import Distribution as DistributionField
from vardkase.api.inputs import Body, UploadOptions, field
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.formats.misp_json.related import related_to_values
from vardkase.formats.misp_json.warnings import warnings_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.freetext import FreetextOptions, WarnedValue, add_freetext, values_in
from vardkase.intel.models import Attribute
from vardkase.intel.problems import EventProblem
from vardkase.intel.proposals.freetext import propose_freetext
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import may_modify_event
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool
from vardkase.misp.freetext import DetectedValue
from vardkase.misp.values import normalise, split

WHERE = "/events/freeTextImport"
SAVE = "/events/saveFreeText"
TYPES_TOGETHER = {"ip-dst": "ip-src/ip-dst", "ip-dst|port": "ip-src|port/ip-dst|port"}
"""The likeliest type of an address, and the choice of MISP's pages to store it as source and as destination."""
WITH_COMMENT = frozenset(("domain", "hostname", "onion-address", "url", "link", "ip-dst|port"))
CHUNK = 2_000


class FreetextBody(Body, kw_only=True):
    model = "Attribute"

    value: Mandatory[Anything] = None
    adhere_to_warninglists: Anything = field(name="adhereToWarninglists", default=None)
    return_meta_attributes: Flag | None = field(name="returnMetaAttributes", default=None)
    distribution: DistributionField = None
    sharing_group_id: SharingGroup = None
    comment: Text = ""
    include_warninglist_hits: Flag = field(name="includeWarninglistHits", default=False)
    include_correlations: Flag = field(name="includeCorrelations", default=False)


class ImportRun(UploadOptions, kw_only=True):
    disable_background_processing: Flag | None = None


class ChosenFindings(Body, kw_only=True):
    model = "Attribute"

    selected: Mandatory[Anything] = field(name="JsonObject", default=None)
    default_comment: Text = ""


@endpoint(
    "events/freeTextImport", body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Find values in a text, a list, JSON or a web page, and add them to an event; or only show them.",
        url=f"{WHERE}/[event_id]/[adhereToWarninglists]/[returnMetaAttributes]",
    ),
)  # fmt: skip
def free_text_import(
    call: Call,
    event_id: str,
    adhere_to_warninglists: str = "",
    return_meta_attributes: str = "0",
    *,
    body: FreetextBody,
    options: ImportRun,
) -> Json | Stream:
    """Store the indicators found in a text; with ``returnMetaAttributes`` return them without storing
    anything.

    Users who may not edit the event propose the values to its owner. With ``disable_background_processing:0``
    the response lists everything that was found, also what is not stored, as MISP's does before its
    background job starts.
    """
    event = find_event(call.actor, event_id, missing=EventProblem.NOT_FOUND_TO_FILL)
    text = body.value
    if not isinstance(text, str):
        raise SaveFailed("freeTextImport Event", WHERE, {"value": ["A text is needed."]})
    warned = _warned(body.sent.get("adhereToWarninglists", adhere_to_warninglists))
    shows_only = body.return_meta_attributes
    if shows_only is None:
        shows_only = as_bool(return_meta_attributes)
    if shows_only:
        return _findings(call.actor, event, values_in(text, warned), body)
    # PyMISP sends -1 to leave the choice to the server.
    distribution = None if body.distribution in (-1, "-1") else body.distribution
    wishes = FreetextOptions(warned, distribution, body.sharing_group_id, body.comment)
    own = may_modify_event(call.actor, event)
    try:
        stored = add_freetext(call.actor, event.id, text, wishes) if own else []
        proposed = [] if own else propose_freetext(call.actor, event.id, text, wishes)
    except Invalid as refused:
        raise SaveFailed("freeTextImport Event", WHERE, refused.errors) from refused
    if options.disable_background_processing is False:
        return Json([_parsed(detected, event) for detected in values_in(text)])
    return (
        Stream(_as_stored(stored))
        if own
        else Json([_as_proposed(call.actor, event, *detected) for detected in proposed])
    )


@endpoint(
    "events/saveFreeText",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "Add values that were found in a text and looked through, to an event.",
        url=f"{SAVE}/[event_id]",
    ),
)
def save_free_text(call: Call, event_id: str, *, body: ChosenFindings) -> Saved:
    """Store selected values; a type such as ``ip-src/ip-dst`` creates one attribute of each."""
    event = find_event(call.actor, event_id, missing=EventProblem.NOT_FOUND_TO_FILL)
    chosen = decoded(body.selected)
    if not isinstance(chosen, list) or not chosen:
        raise SaveFailed("saveFreeText Event", SAVE, {"JsonObject": ["A list of attributes is needed."]})
    documents = (
        _with_comment(document, body.default_comment)
        for selected in chosen
        for document in _of_each_type(selected)
    )
    try:
        added = add_attributes(call.actor, event.id, documents)
    except Invalid as refused:
        raise SaveFailed("saveFreeText Event", SAVE, refused.errors) from refused
    errors = {"errors": added.rejections.errors} if added.rejections else {}
    if not added.attribute_ids:
        raise SaveFailed("saveFreeText Event", SAVE, added.rejections.errors)
    count = len(added.attribute_ids)
    text = f"{count} {'attribute' if count == 1 else 'attributes'} created."
    return saved(text, f"{SAVE}/{event.id}", id=str(event.id), **errors)


def _of_each_type(document: Any) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in TYPES_TOGETHER.values():
        return [document]
    return [{**document, "type": single} for single in kind.split("/")]


def _with_comment(document: Any, comment: str) -> Any:
    wanting = isinstance(document, dict) and not document.get("comment")
    return {**document, "comment": comment} if wanting else document


def _warned(value: Any) -> WarnedValue:
    if value == "soft":
        return WarnedValue.NOT_FOR_DETECTION
    return WarnedValue.LEFT_OUT if value and as_bool(value) else WarnedValue.KEPT


def _findings(actor: Actor, event: EventRow, detected: Sequence[DetectedValue], body: FreetextBody) -> Json:
    documents = [_finding(value) for value in detected]
    if body.include_warninglist_hits:
        for position, warnings in warnings_of([(value.value, value.type) for value in detected]).items():
            documents[position]["warnings"] = warnings
    if body.include_correlations:
        values = [(value.type, *split(value.type, normalise(value.type, value.value))) for value in detected]
        for position, related in related_to_values(actor, event.id, values).items():
            documents[position]["RelatedAttribute"] = related
    return Json(documents)


def _finding(detected: DetectedValue) -> dict[str, Any]:
    types = {name: name for name in detected.alternatives}
    if both := TYPES_TOGETHER.get(detected.type):
        types[both] = both
    document: dict[str, Any] = {"types": types, "default_type": detected.type}
    if detected.type in WITH_COMMENT or "/" in detected.value:
        document["comment"] = detected.comment or False
    return {
        **document,
        "value": detected.value,
        "original_value": detected.original,
        "to_ids": int(detected.to_ids),
    }


def _parsed(detected: DetectedValue, event: EventRow) -> dict[str, Any]:
    return {
        "event_id": str(event.id),
        "category": detected.category,
        "type": detected.type,
        "value": detected.value,
        "original_value": detected.original,
        "comment": detected.comment,
        "to_ids": int(detected.to_ids),
    }


def _as_stored(stored: Sequence[tuple[int, DetectedValue]]) -> Iterator[bytes]:
    """The new attributes as MISP returns them, read from the database in chunks."""
    before = b"["
    for chunk in batched(stored, CHUNK):
        rows = Attribute.objects.in_bulk([identifier for identifier, _ in chunk])
        for identifier, detected in chunk:
            if row := rows.get(identifier):
                yield before + msgspec.json.encode({"Attribute": _attribute(row, detected)})
                before = b","
    yield b"[]" if before == b"[" else b"]"


def _attribute(row: Attribute, detected: DetectedValue) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "event_id": str(row.event_id),
        "object_id": "0",
        "category": row.category,
        "type": row.type,
        "value": row.value,
        "original_value": detected.original,
        "value1": row.value1,
        "value2": row.value2 or "",
        "to_ids": int(row.to_ids),
        "uuid": str(row.uuid),
        "timestamp": row.timestamp,
        "distribution": row.distribution,
        "sharing_group_id": row.sharing_group_id or 0,
        "comment": row.comment,
        "deleted": "0",
        "disable_correlation": "0",
    }


def _as_proposed(
    actor: Actor, event: EventRow, proposal: Proposal, detected: DetectedValue
) -> dict[str, Any]:
    """A new proposal in the form MISP returns here, which differs from shadow_attributes/add."""
    row = {
        "old_id": "0",
        "to_ids": int(proposal.to_ids),
        "deleted": "0",
        "timestamp": proposal.timestamp,
        "proposal_to_delete": "0",
        "disable_correlation": "0",
        "value": proposal.value,
        "original_value": detected.original,
        "type": proposal.type,
        "category": proposal.category,
        "distribution": int(Distribution.INHERIT),
        "event_id": str(event.id),
        "comment": proposal.comment,
        "org_id": str(proposal.org_id),
        "event_org_id": str(event.org_id),
        "email": actor.name,
        "event_uuid": str(event.uuid),
        "org": "",
        "uuid": str(proposal.uuid),
        "value1": proposal.value1,
        "value2": proposal.value2 or "",
        "id": str(proposal.pk),
    }
    return {"ShadowAttribute": row}
