"""servers/*: pull from other instances, push to them, and preview their events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Flag
from vardkase.api.inputs import Params
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.sync import dry_run, previews, pull, push, tasks
from vardkase.exchange.sync.decisions import REASONS
from vardkase.exchange.sync.models import SyncDirection

BOTH = ("GET", "POST")
"""MISP's clients up to 2.5.33 order these by GET."""
PULLED = (
    "Pull completed. {0.events} events pulled, {0.failed} events could not be pulled, {0.proposals} proposals pulled, "
    "{0.sightings} sightings pulled, {0.clusters} clusters pulled, {0.analyst_data} analyst data pulled."
)
PUSHED = "Push complete. {0.events} events pushed, {0.failed} events could not be pushed."


class SyncOptions(Params, kw_only=True):
    force: Flag = False


@endpoint("servers/pull", site_admin=True, writes=True, methods=BOTH)
def pull_from(call: Call, server_id: str, technique: str = pull.FULL, *, params: SyncOptions) -> Saved:
    """Pull from a connection: ``/servers/pull/<id>/<full, update, an event's id or uuid>``."""
    server = find_server(call.actor, server_id)
    return _run_or_queue(
        "pull",
        server,
        lambda: PULLED.format(pull.pull(call.actor, server, technique, force=params.force)),
        lambda: tasks.order_pull(call.actor, server.pk, technique, force=params.force),
    )


@endpoint("servers/push", site_admin=True, writes=True, methods=BOTH)
def push_to(call: Call, server_id: str, technique: str = push.FULL) -> Saved:
    """Push to a connection what it lacks: ``/servers/push/<id>/<full, incremental, an event's id>``."""
    server = find_server(call.actor, server_id)
    return _run_or_queue(
        "push",
        server,
        lambda: PUSHED.format(push.push(call.actor, server, technique)),
        lambda: tasks.order_push(call.actor, server.pk, technique),
    )


@endpoint(
    "servers/dryRun",
    site_admin=True,
    methods=BOTH,
    describes=Description(
        "What a pull or push over a connection would move, and why the rest would stay; nothing is changed.",
        url="/servers/dryRun/[server_id]/[pull|push]/[technique]",
    ),
)
def dry_run_of(
    call: Call, server_id: str, direction: str, technique: str = pull.FULL, *, params: SyncOptions
) -> Json:
    """Return what ``/servers/<pull or push>/<id>/<technique>`` would do. Not part of MISP."""
    server = find_server(call.actor, server_id)
    if direction not in (SyncDirection.PULL, SyncDirection.PUSH):
        raise MispError(404, "Name what to try: pull or push.")
    try:
        plan = dry_run.plan(call.actor, server, SyncDirection(direction), technique, force=params.force)
    except (Invalid, Conflict, OutgoingFailed) as refused:
        url = f"/servers/dryRun/{server.pk}"
        raise SaveFailed("dryRun Server", url, refused.wire, id=str(server.pk)) from refused
    return Json(_plan_dict(plan))


@endpoint("servers/previewIndex", site_admin=True)
def preview_index(call: Call, server_id: str) -> Json:
    """List the events on the other instance, newest first, with the filters and paging of its own index."""
    filters = {name: str(value) for name, value in call.named.items() if not isinstance(value, list)}
    try:
        rows = previews.preview_index(call.actor, server_id, filters)
        return Json([{"Event": row} for row in rows])
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed


@endpoint("servers/previewEvent", site_admin=True)
def preview_event(call: Call, server_id: str, event_id: str) -> Json:
    """Return one event as the other instance has it: ``/servers/previewEvent/<id>/<event>``."""
    try:
        event = previews.preview_event(call.actor, server_id, event_id)["Event"]
        return Json({"Event": {"EventTag": [], **event}})
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed


@endpoint("servers/resetRemoteAuthKey", site_admin=True, writes=True)
def reset_remote_key(call: Call, server_id: str) -> Saved:
    """Request a new key from the other instance and store it."""
    try:
        previews.reset_remote_key(call.actor, server_id)
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed
    number = str(find_server(call.actor, server_id).pk)
    return saved("API key updated.", f"/servers/resetRemoteAuthKey/{number}", id=number)


def _plan_dict(plan: dry_run.SyncPlan) -> dict[str, Any]:
    stays = {fate: count for fate, count in plan.events.items() if not fate.moves}
    return {
        "direction": plan.direction,
        "technique": plan.technique,
        "move": {"events": plan.moving, **plan.others},
        "stay": {
            fate.value: {"events": count, "reason": str(REASONS[fate])} for fate, count in stays.items()
        },
        "events": [
            {
                "uuid": item.uuid,
                "info": item.title,
                "moves": item.fate.moves,
                "fate": item.fate.value,
                "reason": str(REASONS[item.fate]),
            }
            for item in plan.items
        ],
        "troubles": plan.troubles,
    }


def _run_or_queue(verb: str, server: Server, do: Callable[[], str], order: Callable[[], int]) -> Saved:
    url = f"/servers/{verb}/{server.pk}"
    try:
        if BACKGROUND_JOBS.value:
            text = f"{verb.capitalize()} queued for background execution. Job ID: {order()}"
        else:
            text = do()
    except (Invalid, Conflict, OutgoingFailed) as refused:
        if verb == "push":  # MISP does not say of which.
            raise SaveFailed("push Server", "/servers/push", refused.wire) from refused
        raise SaveFailed(f"{verb} Server", url, refused.wire, id=str(server.pk)) from refused
    return saved(text, url, id=str(server.pk))
