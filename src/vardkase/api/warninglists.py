"""warninglists/*: values that are often false positives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.json import encode

from vardkase.api.answers import Json, Redirect, Saved, Stream, Toggled, not_toggled, saved, toggled
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Flag, Mandatory, Text, Texts
from vardkase.api.inputs import Body
from vardkase.api.paging import LARGEST, Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.find import find_attribute
from vardkase.knowledge.warninglists import queries, services
from vardkase.knowledge.warninglists.matching import check_values
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry
from vardkase.misp.flags import as_bool, as_int

PROFILES = EVERY

UP_TO_DATE = "All warninglists are up to date already."
ABOUT_ADD = Description(
    "Add a warninglist of your own. `entries` is a text with an entry a line, or a list of them; a comment may "
    "follow an entry after a #."
)
ABOUT_EDIT = Description(
    "Change a warninglist of your own; what is not sent stays.", url="/warninglists/edit/[warninglist_id]"
)
ABOUT_IMPORT = Description(
    "Store a warninglist in the form of warninglists/export, in the place of the one with this name."
)
ABOUT_CHECK = Description(
    "POST one value, a JSON list of values, or an object that holds them. The answer maps each value that is on an "
    "enabled warninglist to those lists; values on none are left out.",
    ["[]"],
)


class WarninglistList(Paging, kw_only=True):
    value: Text = ""
    enabled: Flag | None = None


class WarninglistFields(Body, kw_only=True):
    model = "Warninglist"

    type: Anything = None
    category: Anything = None
    version: Anything = None
    enabled: Anything = None
    matching_attributes: Anything = None


class NewWarninglist(WarninglistFields, kw_only=True):
    name: Mandatory[Anything] = None
    description: Mandatory[Anything] = None
    entries: Mandatory[Anything] = None


class WarninglistChanges(WarninglistFields, kw_only=True):
    name: Anything = None
    description: Anything = None
    entries: Anything = None


class WarninglistFile(Body, kw_only=True):
    model = "Warninglist"

    name: Mandatory[Anything] = None
    type: Mandatory[Anything] = None
    version: Mandatory[Anything] = None
    description: Mandatory[Anything] = None
    list: Mandatory[Anything] = None
    matching_attributes: Anything = None
    category: Anything = None


class WarninglistChoice(Body, kw_only=True):
    model = "Warninglist"

    id: Texts = []
    name: Texts = []
    enabled: Flag | None = None


@endpoint("warninglists/index")
def index(call: Call, *, params: WarninglistList) -> Json:
    """List the warninglists, newest first; ``value`` and ``enabled`` filter."""
    lists = queries.search_warninglists(params.value, enabled=params.enabled)
    chosen = params.of(list(lists.values_list("pk", flat=True)), LARGEST)
    rows = lists.in_bulk(chosen)
    return Json(
        {
            "Warninglists": [
                {
                    "Warninglist": _warninglist(rows[number])
                    | {
                        "warninglist_entry_count": str(rows[number].entry_count),
                        "valid_attributes": ", ".join(rows[number].matching_attributes) or "ALL",
                    }
                }
                for number in chosen
            ]
        }
    )


@endpoint("warninglists/view", answers="Warninglist")
def view(call: Call, warninglist_id: str) -> Stream:
    """Return one warninglist with its values and the types it applies to."""
    return Stream(_document(_find(warninglist_id)))


@endpoint(
    "warninglists/add",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.WARNINGLIST,),
    writes=True,
    describes=ABOUT_ADD,
    answers="Warninglist",
)
def add(call: Call, *, body: NewWarninglist) -> Stream:
    """Add a custom warninglist; returns it."""
    try:
        return Stream(_document(services.add_warninglist(call.actor, body.sent)))
    except Invalid as error:
        raise SaveFailed("add warninglist", "/warninglists/add", error.errors) from error


@endpoint(
    "warninglists/edit",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.WARNINGLIST,),
    writes=True,
    describes=ABOUT_EDIT,
    answers="Warninglist",
)
def edit(call: Call, warninglist_id: str, *, body: WarninglistChanges) -> Stream:
    """Edit the fields or entries of a custom warninglist; returns it."""
    number = _find(warninglist_id).pk
    try:
        return Stream(_document(services.edit_warninglist(call.actor, number, body.sent)))
    except Invalid as error:
        raise SaveFailed("edit warninglist", "/warninglists/edit", error.errors) from error


@endpoint("warninglists/delete", requires=(Permission.WARNINGLIST,), writes=True)
def delete(call: Call, warninglist_id: str) -> Saved:
    """Delete a warninglist."""
    number = _find(warninglist_id).pk
    services.delete_warninglist(call.actor, number)
    return saved("Warninglist deleted.", f"/warninglists/delete/{number}", id=number)


@endpoint(
    "warninglists/import",
    body=BodyLimits.DOCUMENT,
    requires=(Permission.WARNINGLIST,),
    writes=True,
    describes=ABOUT_IMPORT,
)
def import_list(call: Call, *, body: WarninglistFile) -> Saved:
    """Import a list.json; replaces an existing list of the same name."""
    try:
        stored = services.import_warninglist(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("import Warninglist", "/warninglists/import", error.errors) from error
    return saved("Warninglist imported", f"/warninglists/import/{stored.pk}", id=str(stored.pk))


@endpoint("warninglists/export")
def export(call: Call, warninglist_id: str) -> Stream:
    """Export a warninglist as list.json, in the format of warninglists/import and the upstream project."""
    return Stream(_list_file(_find(warninglist_id)))


@endpoint(
    "warninglists/enable_warninglist",
    requires=(Permission.WARNINGLIST,),
    writes=True,
)
def enable(call: Call, warninglist_id: str, enable: str = "") -> Redirect:
    """Enable or disable a warninglist, as the path says; redirects to its view, as MISP does."""
    number = _find(warninglist_id).pk
    services.set_enabled(call.actor, ids=[number], enabled=as_bool(enable))
    return Redirect(f"/warninglists/view/{number}")


@endpoint("warninglists/add_attribute", requires=(Permission.WARNINGLIST,), writes=True)
def add_attribute(call: Call, warninglist_id: str, attribute_id: str) -> Saved:
    """Add the value of an attribute to a custom warninglist."""
    number = _find(warninglist_id).pk
    attribute = find_attribute(call.actor, attribute_id)
    comment = f"From attribute {attribute.uuid}"
    try:
        value = "|".join(filter(None, (attribute.value1, attribute.value2)))
        added = services.add_entries(call.actor, number, {value: comment})
    except Invalid as error:
        raise SaveFailed("add value to Warninglist", "/warninglists/add_attribute", error.errors) from error
    text = "Value added to the warninglist." if added else "Value is on the warninglist already."
    return saved(text, f"/warninglists/add_attribute/{number}", id=str(number))


def _find(warninglist_id: str) -> Warninglist:
    return queries.find_warninglist(as_int(warninglist_id) or 0)


def _document(warninglist: Warninglist) -> Iterator[bytes]:
    yield b'{"Warninglist":' + encode(_warninglist(warninglist))[:-1] + b',"WarninglistEntry":['
    yield from _chunks(
        warninglist,
        lambda entry: encode(
            {
                "id": str(entry.pk),
                "value": entry.value,
                "warninglist_id": str(entry.warninglist_id),
                "comment": entry.comment,
            }
        ),
    )
    types = [
        {"id": str(position), "type": name, "warninglist_id": str(warninglist.pk)}
        for position, name in enumerate(warninglist.matching_attributes or ["ALL"], start=1)
    ]
    yield b'],"WarninglistType":' + encode(types) + b"}}"


def _list_file(warninglist: Warninglist) -> Iterator[bytes]:
    head = {
        "name": warninglist.name,
        "type": warninglist.type,
        "version": warninglist.version,
        "description": warninglist.description,
        "category": warninglist.category,
        "matching_attributes": warninglist.matching_attributes or ["ALL"],
    }
    commented = queries.has_comments(warninglist)
    yield encode(head)[:-1] + (b',"list":{' if commented else b',"list":[')
    if commented:
        yield from _chunks(warninglist, lambda entry: encode({entry.value: entry.comment or ""})[1:-1])
    else:
        yield from _chunks(warninglist, lambda entry: encode(entry.value))
    yield b"}}" if commented else b"]}"


def _chunks(warninglist: Warninglist, shape: Callable[[WarninglistEntry], bytes]) -> Iterator[bytes]:
    separator = b""
    for chunk in queries.entries_in_chunks(warninglist):
        yield separator + b",".join(map(shape, chunk))
        separator = b","


@endpoint("warninglists/toggle_enable", requires=(Permission.WARNINGLIST,), writes=True)
def toggle_enable(call: Call, *, body: WarninglistChoice) -> Toggled:
    """Enable or disable warninglists by ``id``, or by ``name`` with ``%``; without ``enabled``, each is
    toggled."""
    ids = [number for item in body.id if (number := as_int(item)) is not None]
    count = services.set_enabled(call.actor, ids=ids, names=body.name, enabled=body.enabled)
    if not count:
        return not_toggled("Warninglist(s) not found.")
    outcome = {True: "enabled", False: "disabled", None: "toggled"}[body.enabled]
    return toggled(f"{count} warninglist(s) {outcome}")


@endpoint(
    "warninglists/check_value",
    body=BodyLimits.FILES,
    most_values=50_000,
    methods=("POST", "PUT"),
    describes=ABOUT_CHECK,
)
def check_value(call: Call) -> Json:
    """Return the enabled warninglists that contain the values in the body."""
    hits = check_values(str(value) for value in _sent_values(call))
    lists_by_value = {
        value: [{"id": str(hit.warninglist_id), "name": hit.name, "matched": hit.matched} for hit in on_lists]
        for value, on_lists in hits.items()
    }
    # PHP encodes an empty map as [], and clients expect it so.
    return Json(lists_by_value or [])


@endpoint("warninglists/update", site_admin=True, writes=True)
def update(call: Call) -> Saved:
    """Load new versions from the files."""
    updated = services.update_warninglists(call.actor).updated
    return saved(f"Successfully updated {updated} warninglists." if updated else UP_TO_DATE, call.path)


def _sent_values(call: Call) -> Iterator[Any]:
    body = call.body or call.scalar
    for value in body.values() if isinstance(body, dict) else _as_list(body):
        yield from _as_list(value)


def _as_list(value: Any) -> list[Any]:
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
