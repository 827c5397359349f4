"""audit_checkpoints/*: signed checkpoints of other hubs' audit logs, kept here for them. Not in MISP; the names are
ours (docs/audit-log.md).
"""

from __future__ import annotations

from uuid import UUID

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.inputs import Upload
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import NotFound
from vardkase.hub.audit_log.holding import held_checkpoints, held_document, receive
from vardkase.hub.audit_log.problems import HeldProblem
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission

PROFILES = EVERY
A_PAGE = 1_000


@endpoint(
    "audit_checkpoints/add",
    requires=(Permission.SYNC,),
    writes=True,
    takes_document=True,
    body=BodyLimits.PUBLIC,
    describes=Description(
        "POST a checkpoint as `vardkase audit checkpoint --json` prints it. Its key has to be registered here."
    ),
)
def add(call: Call, *, upload: Upload) -> Json:
    """Keep a signed checkpoint of your hub's audit log."""
    row = receive(call.actor, upload.document[1])
    return Json({"AuditCheckpoint": {"position": row.position, "warning": row.warning}})


@endpoint("audit_checkpoints/index", describes=Description(url="/audit_checkpoints/index/[hub_uuid]"))
def index(call: Call, hub_uuid: str, *, paging: Paging) -> Json:
    """List what is kept of your hub's checkpoints, oldest first; those who oversee this hub see all hubs'."""
    try:
        hub = UUID(hub_uuid)
    except ValueError:
        raise NotFound(HeldProblem.NOT_REGISTERED()) from None
    limit, offset = paging.limit_and_offset(A_PAGE)
    rows = held_checkpoints(call.actor, hub).order_by("pk")[offset : offset + limit]
    return Json([held_document(row) for row in rows])
