"""servers/*: status and diagnostics of the instance, for administrators."""

from __future__ import annotations

from typing import NoReturn

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Text
from vardkase.api.inputs import Params
from vardkase.api.request import Call
from vardkase.core.errors import Conflict
from vardkase.hub.instance import diagnostics, updates, workers
from vardkase.identity.access.accounts_by_address import users_seen_from
from vardkase.misp.flags import as_int

UPDATED_BY_OPERATOR = (
    "The software is updated by the operator of the hub, who installs a new version and starts it."
)


class AddressQuery(Params, kw_only=True):
    ip: Text = ""


@endpoint("servers/dbSchemaDiagnostic", site_admin=True)
def schema(call: Call) -> Json:
    """Check whether the database schema and its indexes match what this version requires."""
    return Json(diagnostics.schema(call.actor))


@endpoint("servers/dbConfiguration", site_admin=True)
def database_configuration(call: Call) -> Json:
    """Return the settings of the database."""
    return Json(diagnostics.database_configuration(call.actor))


@endpoint("servers/getWorkers", site_admin=True)
def get_workers(call: Call) -> Json:
    """List the background workers and whether they are running."""
    return Json(workers.queues(call.actor))


@endpoint("servers/startWorker", site_admin=True, writes=True)
def start_worker(call: Call) -> NoReturn:
    """Does nothing: the hub's process starts the worker, and restarts it when it ends."""
    raise SaveFailed("start the worker", "/servers/startWorker", workers.KEPT_RUNNING)


@endpoint("servers/stopWorker", site_admin=True, writes=True)
def stop_worker(call: Call, pid: str) -> Saved:
    """Stop the background worker with the given process id; the hub starts another."""
    return _stop_workers(call, "Worker stop signal sent", as_int(pid, 0))


@endpoint("servers/killAllWorkers", site_admin=True, writes=True)
def kill_all_workers(call: Call) -> Saved:
    """Stop the background workers; the hub starts new ones."""
    return _stop_workers(call, "Killing workers.")


@endpoint("servers/restartWorkers", site_admin=True, writes=True)
def restart_workers(call: Call) -> Saved:
    """Restart the background workers: they are stopped, and the hub starts new ones."""
    return _stop_workers(call, "Restarting workers.")


@endpoint("servers/restartDeadWorkers", site_admin=True, writes=True)
def restart_dead_workers(call: Call) -> Saved:
    """Does nothing: the hub restarts dead workers automatically."""
    return saved(workers.KEPT_RUNNING, "/servers/restartDeadWorkers")


@endpoint("servers/update", site_admin=True, writes=True)
def update(call: Call) -> Json:
    """Explain how to update the software; it cannot be updated through the API."""
    return Json({"results": [{"input": "", "output": [UPDATED_BY_OPERATOR], "status": 1}]})


@endpoint("servers/updateJSON", site_admin=True, writes=True)
def update_libraries(call: Call) -> Json:
    """Update taxonomies, galaxies, templates and lists from the files shipped with this hub."""
    loaded = updates.update_libraries(call.actor)
    return Json({"results": {library.name: {"updated": library.updated} for library in loaded}})


@endpoint("servers/updateProgress", site_admin=True)
def update_progress(call: Call) -> Json:
    """Return the progress of the schema update: always complete, as the hub answers only after it."""
    state = diagnostics.schema(call.actor)
    current, total = int(state["actual_db_version"]), int(state["expected_db_version"])
    return Json({"commands": [], "results": [], "current": current, "total": total, "failed_num": []})


@endpoint("servers/ipUser", site_admin=True)
def users_of_address(call: Call, ip: str = "", *, params: AddressQuery) -> Json:
    """List the accounts whose keys were used from an address."""
    return Json(users_seen_from(call.actor, params.ip or ip))


def _stop_workers(call: Call, text: str, pid: int | None = None) -> Saved:
    url = f"/servers/{call.action}"
    try:
        workers.stop_workers(call.actor, pid)
    except Conflict as error:
        raise MispError(405, error.wire) from error
    return saved(text, url)
