"""servers/*: value caches, comparison of instances, event id translation, and event block rules."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers import caching, tasks
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import remote_event_ids
from vardkase.hub.instance.settings import change_setting
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.rows import EventRow
from vardkase.intel.settings import EVENT_BLOCK_RULE
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.queries import overlaps

QUEUED = "Server caching job initiated."
CACHED = "Caching the servers has successfully completed."
BOTH = ("GET", "POST")
"""MISP's clients order caching by GET."""


@endpoint("servers/cache", site_admin=True, writes=True, methods=BOTH)
def cache(call: Call) -> Answer:
    """Cache the value hashes of other instances: ``/servers/cache/<id or all>``, immediately or as a
    background job."""
    number = call.arg(0, "all")
    chosen = caching.servers_to_cache(call.actor) if number == "all" else [find_server(call.actor, number)]
    if BACKGROUND_JOBS.value:
        tasks.order_cache(call.actor, [server.pk for server in chosen])
        return saved(QUEUED, f"/servers/cache/{number}")
    if failures := [failure for server in chosen if (failure := _cache_failure(call, server))]:
        raise SaveFailed("cache the servers", f"/servers/cache/{number}", " ".join(failures))
    return saved(CACHED, f"/servers/cache/{number}")


@endpoint("servers/compareServers", site_admin=True)
def compare_servers(call: Call) -> Answer:
    """Return the cached instances, and the percentage of each one's values that each other instance has.

    ``[[{"Server": {"id", "name", "url"}}], {id: {other id: percent}}]``
    """
    by_source = overlaps(call.actor, (SERVER,))
    compared = {
        str(source.number): {str(overlap.other.number): overlap.percent for overlap in others}
        for source, others in by_source
    }
    return Json([[{"Server": source.about} for source, _others in by_source], compared])


@endpoint(
    "servers/idTranslator",
    site_admin=True,
    methods=BOTH,
    describes=Description(
        "The number of an event on every connected instance, or by server_id and remote_id the event here.",
        (),
        ("local", "server_id", "remote_id"),
        "/servers/idTranslator/[event_id]",
    ),
)
def id_translator(call: Call) -> Answer:
    """Return an event's ids on all instances, given its id or uuid here, or an instance and its id there."""
    data = call.data("Event")
    try:
        event = _event(call, data)
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed
    local = {"id": str(event.id), "uuid": str(event.uuid), "info": event.info}
    return Json(
        {
            "Event": local,
            "remote_events": [
                {
                    "server_id": str(remote.server.pk),
                    "server_name": remote.server.name,
                    "remote_id": str(remote.number) if remote.number else False,
                    "url": remote.url,
                    "error": remote.fault or "",
                }
                for remote in remote_event_ids.elsewhere(call.actor, event)
            ],
        }
    )


@endpoint(
    "servers/eventBlockRule",
    site_admin=True,
    methods=BOTH,
    describes=Description(
        'Events with one of the tags of the rule are taken in from nobody: {"tags": ["name of a tag"]}.',
        ("value",),
    ),
)
def event_block_rule(call: Call) -> Answer:
    """Return the rule that blocks events by tag, as JSON text; POST replaces it."""
    if call.method == "POST":
        rule = call.data("Server").get("value", call.data("AdminSetting").get("value", call.param("value")))
        # The setting is a text that holds JSON; a client may send the object itself.
        written = json.dumps(rule) if isinstance(rule, dict) else rule
        try:
            change_setting(call.actor, EVENT_BLOCK_RULE.name, written)
        except Invalid as refused:
            raise SaveFailed(
                "save the event block rule", "/servers/eventBlockRule", {"value": [refused.problem]}
            ) from refused
        return saved("Settings saved", "/servers/eventBlockRule")
    return Json({"setting": EVENT_BLOCK_RULE.name, "value": EVENT_BLOCK_RULE.value})


def _cache_failure(call: Call, server: Server) -> str:
    try:
        caching.cache_server(call.actor, server)
    except (OutgoingFailed, Conflict) as failed:
        return f"{server.name}: {failed.wire}"
    return ""


def _event(call: Call, data: dict[str, Any]) -> EventRow:
    remote = data.get("remote_id", call.param("remote_id"))
    if remote is not None:
        server = data.get("server_id", call.param("server_id"))
        return remote_event_ids.here(call.actor, str(server), str(remote))
    return find_event(call.actor, str(data.get("local", call.param("local") or call.arg(0))))
