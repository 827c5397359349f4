"""warninglists/*: values that are often false positives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.json import encode

from vardkase.api.answers import Answer, Json, Stream, not_toggled, saved, toggled
from vardkase.api.dispatch import Call, Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.paging import paged
from vardkase.core.errors import NotFound
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.warninglists import queries, services
from vardkase.knowledge.warninglists.matching import check_values
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.misp.flags import as_bool, as_int

UP_TO_DATE = "All warninglists are up to date already."
ABOUT_CHECK = Description(
    "POST a JSON list of values. The answer maps each value that is on an enabled warninglist to those lists; "
    "values on none are left out.",
    ["[]"],
)


@endpoint("warninglists/index")
def index(call: Call) -> Answer:
    """Every list, newest first; ``value`` and ``enabled`` narrow it."""
    enabled = call.param("enabled")
    lists = queries.search_warninglists(
        str(call.param("value") or ""), enabled=None if enabled is None else as_bool(enabled)
    )
    chosen = paged(call, list(lists.values_list("pk", flat=True)))
    rows = lists.in_bulk(chosen)
    return Json({"Warninglists": [{"Warninglist": _listed(rows[number])} for number in chosen]})


@endpoint("warninglists/view")
def view(call: Call) -> Answer:
    """One list with its values and the types it is about."""
    try:
        warninglist = queries.find_warninglist(as_int(call.arg(0)) or 0)
    except NotFound as error:
        raise MispError(404, str(error)) from None
    return Stream(_document(warninglist))


def _document(warninglist: Warninglist) -> Iterator[bytes]:
    """The list piece by piece: some have a million values."""
    yield b'{"Warninglist":' + encode(_warninglist(warninglist))[:-1] + b',"WarninglistEntry":['
    separator = b""
    for chunk in queries.entries_in_chunks(warninglist):
        yield separator + encode([_entry(entry) for entry in chunk])[1:-1]
        separator = b","
    types = [
        {"id": str(position), "type": name, "warninglist_id": str(warninglist.pk)}
        for position, name in enumerate(warninglist.matching_attributes or ["ALL"], start=1)
    ]
    yield b'],"WarninglistType":' + encode(types) + b"}}"


@endpoint("warninglists/toggle_enable", requires=(Permission.WARNINGLIST,), writes=True)
def toggle_enable(call: Call) -> Answer:
    """Switch lists, by ``id`` or by ``name`` with ``%``; without ``enabled`` each is turned round."""
    body = call.data("Warninglist")
    wanted = body.get("enabled")
    ids = [number for item in _several(body.get("id")) if (number := as_int(item)) is not None]
    names = [str(name) for name in _several(body.get("name"))]
    enabled = None if wanted is None else as_bool(wanted)
    count = services.set_enabled(call.actor, ids=ids, names=names, enabled=enabled)
    if not count:
        return not_toggled("Warninglist(s) not found.")
    done = {True: "enabled", False: "disabled", None: "toggled"}[enabled]
    return toggled(f"{count} warninglist(s) {done}")


@endpoint("warninglists/check_value", methods=("POST", "PUT"), describes=ABOUT_CHECK)
def check_value(call: Call) -> Answer:
    """Which enabled lists the values of the body are on."""
    values = call.body.get("value", []) if isinstance(call.body, dict) else call.body
    hits = check_values(str(value) for value in _several(values))
    found = {
        value: [{"id": str(hit.warninglist_id), "name": hit.name, "matched": hit.matched} for hit in on_lists]
        for value, on_lists in hits.items()
    }
    return Json(found or [])


@endpoint("warninglists/update", site_admin=True, writes=True)
def update(call: Call) -> Answer:
    """Load new versions from the files."""
    updated = services.update_warninglists(call.actor).updated
    return saved(f"Successfully updated {updated} warninglists." if updated else UP_TO_DATE, call.path)


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _warninglist(warninglist: Warninglist) -> dict[str, Any]:
    return {
        "id": str(warninglist.pk),
        "name": warninglist.name,
        "type": warninglist.type,
        "description": warninglist.description,
        "version": str(warninglist.version),
        "enabled": warninglist.enabled,
        "default": warninglist.default,
        "category": warninglist.category,
    }


def _entry(entry: WarninglistEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "value": entry.value,
        "warninglist_id": str(entry.warninglist_id),
        "comment": entry.comment,
    }


def _listed(warninglist: Warninglist) -> dict[str, Any]:
    return _warninglist(warninglist) | {
        "warninglist_entry_count": str(warninglist.entry_count),
        "valid_attributes": ", ".join(warninglist.matching_attributes) or "ALL",
    }
