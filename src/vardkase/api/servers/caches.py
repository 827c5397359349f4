"""servers/*: value caches, comparison of instances, event id translation, and event block rules."""

from __future__ import annotations

import json

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Mandatory, Reference
from vardkase.api.inputs import Body, Params
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers import caching, tasks
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import remote_event_ids
from vardkase.hub.instance.settings import change_setting
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.find import find_event
from vardkase.intel.settings import EVENT_BLOCK_RULE
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.queries import overlaps

QUEUED = "Server caching job initiated."
CACHED = "Caching the servers has successfully completed."
BOTH = ("GET", "POST")
"""MISP's clients order caching by GET."""


class EventReferenceBody(Body, kw_only=True):
    model = "Event"

    local: Reference = ""
    server_id: Reference = ""
    remote_id: Reference = ""


class EventReferenceQuery(Params, kw_only=True):
    local: Reference = ""
    server_id: Reference = ""
    remote_id: Reference = ""


class BlockRuleBody(Body, kw_only=True):
    model = "Server"

    value: Mandatory[Anything] = None


class BlockRuleForm(BlockRuleBody, kw_only=True):
    model = "AdminSetting"


@endpoint("servers/cache", site_admin=True, writes=True, methods=BOTH)
def cache(call: Call, server_id: str = "all") -> Saved:
    """Cache the value hashes of other instances: ``/servers/cache/<id or all>``, immediately or as a
    background job."""
    chosen = (
        caching.servers_to_cache(call.actor) if server_id == "all" else [find_server(call.actor, server_id)]
    )
    if BACKGROUND_JOBS.value:
        tasks.order_cache(call.actor, [server.pk for server in chosen])
        return saved(QUEUED, f"/servers/cache/{server_id}")
    if failures := [failure for server in chosen if (failure := _cache_failure(call.actor, server))]:
        raise SaveFailed("cache the servers", f"/servers/cache/{server_id}", " ".join(failures))
    return saved(CACHED, f"/servers/cache/{server_id}")


@endpoint("servers/compareServers", site_admin=True)
def compare_servers(call: Call) -> Json:
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
        url="/servers/idTranslator/[event_id]",
    ),
)
def id_translator(
    call: Call, event_id: str = "", *, body: EventReferenceBody, params: EventReferenceQuery
) -> Json:
    """Return an event's ids on all instances, given its id or uuid here, or an instance and its id there."""
    remote, server = body.remote_id or params.remote_id, body.server_id or params.server_id
    try:
        event = (
            remote_event_ids.here(call.actor, server, remote)
            if remote
            else find_event(call.actor, body.local or params.local or event_id)
        )
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
        'Events with one of the tags of the rule are taken in from nobody: {"tags": ["name of a tag"]}.'
    ),
)
def event_block_rule(call: Call, *, body: BlockRuleBody, form: BlockRuleForm) -> Json | Saved:
    """Return the rule that blocks events by tag, as JSON text; POST replaces it."""
    if call.method == "POST":
        rule = form.value if body.value is None else body.value
        if rule is None:  # An empty text is how to remove the rule.
            raise Invalid({"value": [ApiProblem.MISSING(name="value")]})
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


def _cache_failure(actor: Actor, server: Server) -> str:
    try:
        caching.cache_server(actor, server)
    except (OutgoingFailed, Conflict) as failed:
        return f"{server.name}: {failed.wire}"
    return ""
