"""eventBlocklists/*, orgBlocklists/* and similar: five blocklists with the same structure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from msgspec import defstruct

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.fields import Anything
from vardkase.api.inputs import Body, Params, bound, field
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.blocklists import queries, services
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.blocklists.services import BlockReason

PROFILES = EVERY

SEPARATORS = re.compile(r"[\s,;]+")
EVERYTHING = 10_000_000


@dataclass(frozen=True, slots=True)
class Wire:
    """MISP's names for a blocklist and its columns; `info` is the column for the title or name."""

    kind: Blocked
    controller: str
    model: str
    uuid: str
    info: str
    orgc: str = ""

    @property
    def columns(self) -> dict[str, str]:
        named = {self.info: "info", "comment": "comment"}
        return named | {self.orgc: "orgc"} if self.orgc else named


LISTS = (
    Wire(Blocked.EVENT, "event_blocklists", "EventBlocklist", "event_uuid", "event_info", "event_orgc"),
    Wire(Blocked.ORGANISATION, "org_blocklists", "OrgBlocklist", "org_uuid", "org_name"),
    Wire(Blocked.SIGHTING_ORGANISATION, "sighting_blocklists", "SightingBlocklist", "org_uuid", "org_name"),
    Wire(
        Blocked.GALAXY_CLUSTER,
        "galaxy_cluster_blocklists",
        "GalaxyClusterBlocklist",
        "cluster_uuid",
        "cluster_info",
        "cluster_orgc",
    ),
    Wire(
        Blocked.ANALYST_DATA,
        "analyst_data_blocklists",
        "AnalystDataBlocklist",
        "analyst_data_uuid",
        "analyst_data_info",
        "analyst_data_orgc",
    ),
)
MASS_DELETED = {Blocked.EVENT, Blocked.GALAXY_CLUSTER, Blocked.ANALYST_DATA}
"""The lists from which MISP removes several entries at once."""


class BlocklistQuery(Paging, kw_only=True):
    """Filters by the columns, which have other names in each list."""


class EntryBody(Body, kw_only=True):
    """The columns of an entry."""


class EntriesBody(Body, kw_only=True):
    uuids: Anything = None


class EntryIds(Body, kw_only=True):
    ids: Anything = None


class EntryIdsQuery(Params, kw_only=True):
    """MISP's pages send the ids in the query."""

    ids: Anything = None


def _declare(wire: Wire) -> None:
    callers: dict[str, Any] = (
        {"requires": (Permission.ADD,)} if wire.kind is Blocked.EVENT else {"site_admin": True}
    )
    columns = [(ours, Anything, field(name=theirs, default=None)) for theirs, ours in wire.columns.items()]
    uuid = ("uuid", Anything, field(name=wire.uuid, default=None))
    options: dict[str, Any] = {"kw_only": True, "namespace": {"model": wire.model}}
    query = defstruct(f"{wire.model}Query", [*columns, uuid], bases=(BlocklistQuery,), kw_only=True)
    entry = defstruct(f"{wire.model}Body", columns, bases=(EntryBody,), **options)
    entries = defstruct(f"{wire.model}sBody", [*columns, uuid], bases=(EntriesBody,), **options)
    about = Description("POST a body of uuids that must not come in.", ["uuids"], [*wire.columns])
    endpoint(f"{wire.controller}/index", **callers, inputs={"params": query})(bound(index, wire))
    callers["writes"] = True
    endpoint(f"{wire.controller}/add", **callers, describes=about, inputs={"body": entries})(bound(add, wire))
    endpoint(f"{wire.controller}/edit", **callers, inputs={"body": entry})(bound(edit, wire))
    endpoint(f"{wire.controller}/delete", **callers)(bound(delete, wire))
    if wire.kind in MASS_DELETED:
        ids = defstruct(f"{wire.model}Ids", [], bases=(EntryIds,), **options)
        endpoint(f"{wire.controller}/mass_delete", **callers, inputs={"body": ids})(bound(mass_delete, wire))


def index(wire: Wire, call: Call, *, params: BlocklistQuery) -> Json:
    """List the entries, all of them unless a page is requested; the columns filter."""
    filters = {ours: getattr(params, ours) for ours in [*wire.columns.values(), "uuid"]}
    rows = queries.entries(call.actor, wire.kind, filters)
    limit, offset = params.limit_and_offset(EVERYTHING)
    return Json([_row(wire, entry) for entry in rows[offset : offset + limit]])


def add(wire: Wire, call: Call, *, body: EntriesBody) -> Json:
    """Block each of ``uuids``: a list, or text with one per line."""
    added = services.add_entries(
        call.actor,
        wire.kind,
        _uuids(body.sent.get("uuids", body.sent.get(wire.uuid))),
        BlockReason(**_columns_sent(wire, body.sent)),
    )
    text = (
        f"Done. Added {len(added.successes)} new entries to the blocklist. "
        f"{len(added.fails)} entries could not be saved."
    )
    return Json({"result": {"successes": added.successes, "fails": added.fails}, "message": text})


def edit(wire: Wire, call: Call, id: str, *, body: EntryBody) -> Json:
    """Edit the details of an entry."""
    try:
        entry = services.edit_entry(call.actor, wire.kind, id, _columns_sent(wire, body.sent))
    except NotFound:
        raise MispError(404, "Blocklist item not found.") from None
    return Json({wire.model: _row(wire, entry)})


def delete(wire: Wire, call: Call, id: str) -> Saved:
    """Remove an entry, which ends the block."""
    services.delete_entries(call.actor, wire.kind, [id])
    return saved("Blocklist entry removed", f"/{wire.controller}/delete/{id}", id=id)


def mass_delete(wire: Wire, call: Call, *, body: EntryIds, params: EntryIdsQuery) -> Saved:
    """Remove several entries; ``ids`` is a list, or its JSON."""
    ids = params.ids if body.ids is None else body.ids
    references = SEPARATORS.split(ids.strip("[] \n")) if isinstance(ids, str) else ids
    if not isinstance(references, list) or not all(
        isinstance(reference, str | int) for reference in references
    ):
        raise MispError(400, "ids must be a list of ids or uuids.")
    removed = services.delete_entries(
        call.actor, wire.kind, [str(reference).strip('"') for reference in references]
    )
    text = "Blocklist entry removed" if removed == 1 else f"{removed} blocklist entries removed"
    return saved(text, f"/{wire.controller}/massDelete")


def _uuids(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else SEPARATORS.split(str(value or ""))
    if not all(isinstance(item, str | int) for item in texts):
        raise MispError(400, "uuids must be a list of uuids, or a text with one a line.")
    return [text for item in texts if (text := str(item).strip())]


def _columns_sent(wire: Wire, data: dict[str, Any]) -> dict[str, Any]:
    return {
        ours: "" if data[theirs] is None else data[theirs]
        for theirs, ours in wire.columns.items()
        if theirs in data
    }


def _row(wire: Wire, entry: BlocklistEntry) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": str(entry.pk),
        wire.uuid: str(entry.uuid),
        "created": entry.created.strftime("%Y-%m-%d %H:%M:%S"),
        wire.info: entry.info,
        "comment": entry.comment,
    }
    if wire.orgc:
        return row | {wire.orgc: entry.orgc}
    last = entry.blocked_last_time
    return row | {
        "blocked_data": {
            "blocked_amount": str(entry.blocked_amount) if entry.blocked_amount else False,
            "blocked_last_time": False if last is None else str(last),
        }
    }


for _wire in LISTS:
    _declare(_wire)
