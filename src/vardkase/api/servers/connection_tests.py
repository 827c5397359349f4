"""servers/testConnection and related endpoints: live tests of a connection."""

from __future__ import annotations

from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError
from vardkase.api.request import Call
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.servers import client


@endpoint("servers/testConnection", site_admin=True)
def test_connection(call: Call, server_id: str) -> Json:
    """Test whether a server can be reached, and what its key permits there."""
    return Json(client.test_connection(call.actor, server_id))


@endpoint("servers/getRemoteUser", site_admin=True)
def remote_user(call: Call, server_id: str) -> Json:
    """Return the user that this hub is on the other instance."""
    try:
        user = client.remote_user(call.actor, server_id)
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed
    flag = "Yes" if user.may_sync else "No"
    return Json({"User": user.email, "Role name": user.role, "Sync flag": flag})


@endpoint("servers/queryAvailableSyncFilteringRules", site_admin=True)
def filtering_rules(call: Call, server_id: str) -> Json:
    """List the names that pull rules for this connection can use."""
    try:
        return Json({"error": "", "data": client.remote_filtering_rules(call.actor, server_id)})
    except OutgoingFailed as failed:
        return Json({"error": failed.wire, "data": []})
