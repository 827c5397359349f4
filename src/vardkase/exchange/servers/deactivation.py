"""Ends all exchange with an organisation that leaves, and begins it again when it comes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from vardkase.audit.services import Target, record
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.actor import Actor

SWITCHES = ("push", "pull", "caching_enabled")


def switch_off_exchange(actor: Actor, organisation_id: int) -> dict[str, Any]:
    """Stop fetching from and sending to an organisation; returns how many ``connections`` it has, and in ``servers``
    by id what was switched off.

    The connections are otherwise kept, for their records. Runs in the caller's transaction; the caller checks
    permission.
    """
    count, servers = 0, {}
    for server in Server.objects.select_for_update().filter(remote_org=organisation_id):
        # As a string: it is kept as JSON.
        servers[str(server.pk)] = [name for name in SWITCHES if getattr(server, name)]
        for name in SWITCHES:
            setattr(server, name, False)
        _save(actor, server, SWITCHES)
        count += 1
    return {"connections": count, "servers": {pk: names for pk, names in servers.items() if names}}


def switched_on(organisation_id: int) -> QuerySet[Server]:
    """The connections to an organisation of which `switch_off_exchange` would switch something off."""
    servers = Server.objects.filter(remote_org=organisation_id).order_by("name", "pk")
    return servers.filter(Q(push=True) | Q(pull=True) | Q(caching_enabled=True))


def switched_off(organisation_id: int, servers: Collection[str]) -> QuerySet[Server]:
    """Those of `servers`, as `switch_off_exchange` returned them, that are still connections to the organisation."""
    ids = [int(pk) for pk in servers]
    return Server.objects.filter(pk__in=ids, remote_org=organisation_id).order_by("name", "pk")


def switch_on_exchange(actor: Actor, organisation_id: int, servers: Mapping[str, Collection[str]]) -> int:
    """Switch on again what `switch_off_exchange` switched off, and nothing else; returns for how many connections.

    Not one that has been given to another organisation. As for its opposite, the caller checks permission.
    """
    count = 0
    for server in switched_off(organisation_id, servers).select_for_update(of=("self",)):
        names = [name for name in SWITCHES if name in servers[str(server.pk)] and not getattr(server, name)]
        for name in names:
            setattr(server, name, True)
        if names:
            _save(actor, server, names)
            count += 1
    return count


def _save(actor: Actor, server: Server, names: Collection[str]) -> None:
    server.save(update_fields=list(names))
    target = Target("server", server.pk, title=server.name)
    record(actor, ExchangeAction.SERVER_EDITED, target, {"fields": list(names)})
