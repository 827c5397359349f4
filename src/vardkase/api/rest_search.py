"""restSearch on events, attributes and objects: all filters, all formats, streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vardkase.analysis.decay.options import decay_options
from vardkase.analysis.search.filters import Scope, Search
from vardkase.analysis.search.parameters import from_path
from vardkase.analysis.search.parse import parse
from vardkase.analysis.search.sql import total_query
from vardkase.api.answers import Stream
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.api.search_fields import AttributeSearch, EventSearch, ObjectSearch, SearchFields
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.exchange.fetches.models import FetchChannel
from vardkase.exchange.fetches.services import record_search
from vardkase.formats.misp_json import chosen_ids
from vardkase.formats.registry import Format, format_for
from vardkase.hub.profiles import EVERY

PROFILES = EVERY

NO_PARAMETERS = (
    "Restsearch queries using GET and no parameters are not allowed. If you have passed parameters via a JSON "
    "body, make sure you use POST requests."
)
INVALID_FORMAT = "Invalid output format."
SAME_AS_JSON = frozenset(("", "download"))
NO_HEADERS: Mapping[str, str] = {}


ABOUT = Description("Search, and write what is found in the format that returnFormat names.")


@endpoint("events/rest_search", describes=ABOUT, from_replica=True)
def events(call: Call, *places: str, filters: EventSearch) -> Stream:
    """Search events; returns them whole."""
    return _search_answer(call, places, filters)


@endpoint("attributes/rest_search", describes=ABOUT, from_replica=True)
def attributes(call: Call, *places: str, filters: AttributeSearch) -> Stream:
    """Search attributes."""
    return _search_answer(call, places, filters)


@endpoint("objects/rest_search", describes=ABOUT, from_replica=True)
def objects(call: Call, *places: str, filters: ObjectSearch) -> Stream:
    """Search objects; returns them with their attributes."""
    return _search_answer(call, places, filters)


def _search_answer(call: Call, places: Sequence[str], filters: SearchFields) -> Stream:
    scope = filters.scope
    parameters = {**from_path(scope, places), **filters.sent}
    if call.method == "GET" and not parameters:
        raise MispError(400, NO_PARAMETERS)
    name = str(parameters.get("returnFormat") or "")
    if name == "stix" and "json" in call.headers.get("Accept", ""):
        name = "stix-json"  # STIX 1 is XML unless the client accepts JSON.
    elif name in SAME_AS_JSON:
        name = "json"
    output = format_for(scope, name)
    if output is None:
        raise MispError(404, INVALID_FORMAT)
    return export(call, scope, parameters, name, output)


def export(
    call: Call,
    scope: Scope,
    parameters: Mapping[str, Any],
    name: str,
    output: Format,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Stream:
    search = replace(_search(scope, {**output.defaults(scope), **parameters}, output), base_url=call.base_url)
    found = output.find(call.actor, search)
    record_search(call.actor, FetchChannel.API, scope, found)
    own = {
        "X-Result-Count": str(_result_count(call, search, len(found))),
        "X-Export-Module-Used": name,
        "X-Response-Format": output.extension,
        "X-Skipped-Elements-Count": "0",
    }
    if scope is Scope.EVENTS:
        extension = name if name == "text" else output.extension
        wanted = parameters.get("eventid")
        # The name of the file as MISP builds it: the id, `list`, or nothing for exclusions; no other
        # character gets into a header.
        which = "list" if wanted is None or isinstance(wanted, list | dict) else str(wanted)
        which = "".join(character for character in which if character.isalnum() or character == "-")
        which = "" if str(wanted).startswith("!") else which
        disposition = f'attachment; filename="misp.event.{which}.{extension}"'
        own |= {"X-Response-Format": extension, "Content-Disposition": disposition}
    content = output.renderers[scope](call.actor, search, found)
    return Stream(content, output.content_type, {**own, **headers})


def _search(scope: Scope, parameters: dict[str, Any], output: Format) -> Search:
    try:
        search = parse(scope, parameters)
        output.check(search)
        decay_options(search.options)  # Refused before the first byte, where it is of use to say so.
    except Invalid as error:
        named: dict[str, Any] = {} if isinstance(error.errors, Problem) else {"errors": error.errors}
        raise MispError(400, error.wire, **named) from error
    return search


def _result_count(call: Call, search: Search, delivered: int) -> int:
    """Events: the number of all matches. Other scopes: the number delivered, plus one where MISP hints at a
    further page."""
    if search.limit is None or search.scope is Scope.OBJECTS:
        return delivered
    if search.scope is Scope.EVENTS:
        return chosen_ids(total_query(call.actor, search))[0]
    return delivered + 1 if delivered in (0, search.limit) else delivered
