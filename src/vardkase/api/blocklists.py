"""eventBlocklists/*, orgBlocklists/* and similar: five blocklists with the same structure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import limit_and_offset
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


def _declare(wire: Wire) -> None:
    callers: dict[str, Any] = (
        {"requires": (Permission.ADD,)} if wire.kind is Blocked.EVENT else {"site_admin": True}
    )
    about = Description(
        "POST a body of uuids that must not come in.", ["uuids"], [*wire.columns], f"/{wire.controller}/add"
    )
    endpoint(f"{wire.controller}/index", **callers)(_handler(wire, _index))
    endpoint(f"{wire.controller}/add", **callers, writes=True, describes=about)(_handler(wire, _add))
    endpoint(f"{wire.controller}/edit", **callers, writes=True)(_handler(wire, _edit))
    endpoint(f"{wire.controller}/delete", **callers, writes=True)(_handler(wire, _delete))
    if wire.kind in MASS_DELETED:
        endpoint(f"{wire.controller}/mass_delete", **callers, writes=True)(_handler(wire, _mass_delete))


def _handler(wire: Wire, handle: Callable[[Wire, Call], Answer]) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        return handle(wire, call)

    answer.__doc__ = handle.__doc__
    return answer


def _index(wire: Wire, call: Call) -> Answer:
    """List the entries, all of them unless a page is requested; the columns filter."""
    names = {**wire.columns, wire.uuid: "uuid"}
    filters = {ours: call.param(theirs) for theirs, ours in names.items()}
    rows = queries.entries(call.actor, wire.kind, filters)
    limit, offset = limit_and_offset(call, EVERYTHING)
    return Json([_row(wire, entry) for entry in rows[offset : offset + limit]])


def _add(wire: Wire, call: Call) -> Answer:
    """Block each of ``uuids``: a list, or text with one per line."""
    data = call.data(wire.model)
    added = services.add_entries(
        call.actor,
        wire.kind,
        _uuids(data.get("uuids", data.get(wire.uuid))),
        BlockReason(**_columns_sent(wire, data)),
    )
    text = (
        f"Done. Added {len(added.successes)} new entries to the blocklist. "
        f"{len(added.fails)} entries could not be saved."
    )
    return Json({"result": {"successes": added.successes, "fails": added.fails}, "message": text})


def _edit(wire: Wire, call: Call) -> Answer:
    """Edit the details of an entry."""
    try:
        entry = services.edit_entry(
            call.actor, wire.kind, call.arg(0), _columns_sent(wire, call.data(wire.model))
        )
    except NotFound:
        raise MispError(404, "Blocklist item not found.") from None
    return Json({wire.model: _row(wire, entry)})


def _delete(wire: Wire, call: Call) -> Answer:
    """Remove an entry, which ends the block."""
    services.delete_entries(call.actor, wire.kind, [call.arg(0)])
    url = f"/{wire.controller}/delete/{call.arg(0)}"
    return saved("Blocklist entry removed", url, id=call.arg(0))


def _mass_delete(wire: Wire, call: Call) -> Answer:
    """Remove several entries; ``ids`` is a list, or its JSON."""
    ids = call.data(wire.model).get("ids", call.param("ids"))
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
