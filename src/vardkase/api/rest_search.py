"""restSearch on events, attributes and objects: every filter, every format, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vardkase.analysis.decay.options import decay_options
from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.parameters import SKIPPED, accepted, from_path
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import query, total_query
from vardkase.api.answers import Answer, Stream
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.errors import MispError
from vardkase.core.errors import Invalid
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.registry import Format, format_for

NO_PARAMETERS = (
    "Restsearch queries using GET and no parameters are not allowed. If you have passed parameters via a JSON "
    "body, make sure you use POST requests."
)
INVALID_FORMAT = "Invalid output format."
SAME_AS_JSON = frozenset(("", "download"))
PLACES = ("eventid", "withAttachments", "tags", "from", "to", "last")


@endpoint("events/rest_search")
def events(call: Call) -> Answer:
    """Whole events that match."""
    return _answer(call, Scope.EVENTS)


@endpoint("attributes/rest_search")
def attributes(call: Call) -> Answer:
    """Attributes that match."""
    return _answer(call, Scope.ATTRIBUTES)


@endpoint("objects/rest_search")
def objects(call: Call) -> Answer:
    """Objects that match, with their attributes."""
    return _answer(call, Scope.OBJECTS)


@endpoint("events/stix")
def events_as_stix1(call: Call) -> Answer:
    """The older address of STIX 1."""
    return _answer(call, Scope.EVENTS, _by_place(call) | {"returnFormat": "stix"})


@endpoint("events/stix2")
def events_as_stix2(call: Call) -> Answer:
    """The older address of STIX 2."""
    return _answer(call, Scope.EVENTS, _by_place(call) | {"returnFormat": "stix2"})


def _by_place(call: Call) -> dict[str, Any]:
    """``[download/]id/withAttachments/tags/from/to/last`` and what the body and the named parameters say."""
    parts = [part for part in call.args if part != "download"]
    placed = {name: part for name, part in zip(PLACES, parts, strict=False) if part not in SKIPPED}
    return placed | _given(call, Scope.EVENTS, ())


def _answer(call: Call, scope: Scope, given: dict[str, Any] | None = None) -> Answer:
    given = _given(call, scope, call.args) if given is None else given
    if call.method == "GET" and not given:
        raise MispError(400, NO_PARAMETERS)
    name = _format_name(call, given)
    output = format_for(scope, name)
    if output is None:
        raise MispError(404, INVALID_FORMAT)
    search = replace(_search(scope, {**output.defaults(scope), **given}, output), base_url=call.base_url)
    ids = _found(call, search, output)
    headers = {
        "X-Result-Count": str(_result_count(call, search, len(ids))),
        "X-Export-Module-Used": name,
        "X-Response-Format": output.extension,
        "X-Skipped-Elements-Count": "0",
    }
    if scope is Scope.EVENTS:
        headers |= _event_headers(given, name, output)
    return Stream(output.renderers[scope](call.actor, search, ids), output.content_type, headers)


def _format_name(call: Call, given: dict[str, Any]) -> str:
    """The format asked for; STIX 1 is JSON for who accepts JSON."""
    name = str(given.get("returnFormat") or "")
    if name == "stix" and "json" in call.headers.get("Accept", ""):
        return "stix-json"
    return "json" if name in SAME_AS_JSON else name


def _given(call: Call, scope: Scope, parts: Sequence[str]) -> dict[str, Any]:
    """The parameters by place, by name in the path, and in the body; the latter wins."""
    body = call.body if call.method in ("POST", "PUT") and isinstance(call.body, dict) else {}
    return {**from_path(scope, parts), **accepted(scope, call.named), **accepted(scope, body)}


def _search(scope: Scope, given: dict[str, Any], output: Format) -> Search:
    try:
        search = parse(scope, given)
        output.check(search)
        decay_options(search.options)  # Refused before the first byte, where it is of use to say so.
    except Invalid as error:
        raise MispError(400, str(error)) from error
    return search


def _found(call: Call, search: Search, output: Format) -> Sequence[int]:
    """The ids; where only their number matters they are counted where they are."""
    if output.counts and search.limit is None:
        return range(chosen_ids(total_query(call.actor, search))[0])
    return chosen_ids(query(call.actor, search))


def _result_count(call: Call, search: Search, found: int) -> int:
    """Events: all that match. Others: what is delivered, and one more where MISP hints at a further page."""
    if search.limit is None or search.scope is Scope.OBJECTS:
        return found
    if search.scope is Scope.EVENTS:
        return chosen_ids(total_query(call.actor, search))[0]
    return found + 1 if found in (0, search.limit) else found


def _event_headers(given: dict[str, Any], name: str, output: Format) -> dict[str, str]:
    extension = name if name == "text" else output.extension
    wanted = given.get("eventid")
    which = "list" if wanted is None or isinstance(wanted, list | dict) else str(wanted)
    which = "".join(character for character in which if character.isalnum() or character == "-")
    which = "" if str(wanted).startswith("!") else which
    disposition = f'attachment; filename="misp.event.{which}.{extension}"'
    return {"X-Response-Format": extension, "Content-Disposition": disposition}
