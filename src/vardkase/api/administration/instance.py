"""servers/*: how the instance is and what runs in it, for its administrators."""

from __future__ import annotations

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Call, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.core.errors import Conflict
from vardkase.hub.instance import diagnostics, updates, workers
from vardkase.identity.access.users_seen import users_seen_from
from vardkase.misp.flags import as_int

UPDATED_BY_OPERATOR = (
    "The software is updated by the operator of the hub, who installs a new version and starts it."
)


@endpoint("servers/dbSchemaDiagnostic", site_admin=True)
def schema(call: Call) -> Answer:
    """Whether the database's schema is the one that this version needs, and its indexes."""
    return Json(diagnostics.schema(call.actor))


@endpoint("servers/dbConfiguration", site_admin=True)
def database_configuration(call: Call) -> Answer:
    """The database's settings."""
    return Json(diagnostics.database_configuration(call.actor))


@endpoint("servers/getWorkers", site_admin=True)
def get_workers(call: Call) -> Answer:
    """The background workers and whether they are alive."""
    return Json(workers.queues(call.actor))


@endpoint("servers/startWorker", site_admin=True, writes=True)
def start_worker(call: Call) -> Answer:
    """Nothing to start: the process that runs the hub starts the worker, and again when it ends."""
    raise SaveFailed("start the worker", "/servers/startWorker", workers.KEPT_RUNNING)


@endpoint("servers/stopWorker", site_admin=True, writes=True)
def stop_worker(call: Call) -> Answer:
    """Stop the background worker with a process id; the hub starts another."""
    return _stopped(call, "Worker stop signal sent", as_int(call.arg(0), 0))


@endpoint("servers/killAllWorkers", site_admin=True, writes=True)
def kill_all_workers(call: Call) -> Answer:
    """Stop the background workers; the hub starts new ones."""
    return _stopped(call, "Killing workers.")


@endpoint("servers/restartWorkers", site_admin=True, writes=True)
def restart_workers(call: Call) -> Answer:
    """Stop the background workers, so that the hub starts new ones."""
    return _stopped(call, "Restarting workers.")


@endpoint("servers/restartDeadWorkers", site_admin=True, writes=True)
def restart_dead_workers(call: Call) -> Answer:
    """Dead workers are started again without being asked."""
    return saved(workers.KEPT_RUNNING, "/servers/restartDeadWorkers")


@endpoint("servers/update", site_admin=True, writes=True)
def update(call: Call) -> Answer:
    """Say how the software is updated: not over the API."""
    return Json({"results": [{"input": "", "output": [UPDATED_BY_OPERATOR], "status": 1}]})


@endpoint("servers/updateJSON", site_admin=True, writes=True)
def update_libraries(call: Call) -> Answer:
    """Taxonomies, galaxies, templates and lists, as new as this hub's files."""
    loaded = updates.update_libraries(call.actor)
    return Json({"results": {library.name: {"updated": library.updated} for library in loaded}})


@endpoint("servers/updateProgress", site_admin=True)
def update_progress(call: Call) -> Answer:
    """How far the schema is: it is brought up to date before the hub answers, so it is always done."""
    found = diagnostics.schema(call.actor)
    done, total = int(found["actual_db_version"]), int(found["expected_db_version"])
    return Json({"commands": [], "results": [], "current": done, "total": total, "failed_num": []})


@endpoint("servers/ipUser", site_admin=True)
def users_of_address(call: Call) -> Answer:
    """The accounts whose keys were used from an address."""
    return Json(users_seen_from(call.actor, str(call.param("ip") or call.arg(0))))


def _stopped(call: Call, text: str, pid: int | None = None) -> Answer:
    url = f"/servers/{call.action}"
    try:
        workers.stop_workers(call.actor, pid)
    except Conflict as error:
        raise MispError(405, str(error)) from error
    return saved(text, url)
