"""Ends all exchange with an organisation that leaves."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.actor import Actor


def switch_off_exchange(actor: Actor, organisation_id: int) -> dict[str, int]:
    """Stop fetching from and sending to an organisation; returns how many ``connections`` were switched off.

    The connections are otherwise kept, for their records. Runs in the caller's transaction; the caller checks
    permission.
    """
    count = 0
    for server in Server.objects.select_for_update().filter(remote_org=organisation_id):
        server.push = server.pull = server.caching_enabled = False
        server.save(update_fields=["push", "pull", "caching_enabled"])
        target = Target("server", server.pk, title=server.name)
        record(actor, ExchangeAction.SERVER_EDITED, target, {"fields": ["push", "pull", "caching_enabled"]})
        count += 1
    return {"connections": count}
