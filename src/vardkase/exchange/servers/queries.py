"""Queries for connections: site administrators only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.certificates import Certificate, of_pem
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.problems import StandingProblem
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.identity.organisations.standing import MembershipStanding, StandingRefused, may_now
from vardkase.misp.flags import as_int


def servers(actor: Actor) -> QuerySet[Server]:
    actor.require(Permission.SITE_ADMIN)
    return Server.objects.select_related("org", "remote_org").order_by("priority", "pk")


def giving() -> QuerySet[Server]:
    """Connections whose peer may give data to us, by its membership or as another hub of the hub owner,
    whether or not they fetch."""
    return Server.objects.filter(may_now("sync", "write", path="remote_org") | _to_another_hub())


def getting() -> QuerySet[Server]:
    """Connections whose peer may get data from us, by its membership or as another hub of the hub owner,
    whether or not they send."""
    return Server.objects.filter(may_now("sync", "read", path="remote_org") | _to_another_hub())


def _to_another_hub() -> Q:
    """The condition for the hub owner's own connections to instances outside the membership.

    The peer's organisation is known by name only: it has no membership, past or present, and no account here.
    Everything it gives is accepted; it gets what is published for other hubs, as over any connection.
    Connections run by members, or to an organisation of this hub, are excluded.
    """
    accounts = User.objects.filter(org=OuterRef("remote_org"), disabled=False)
    return Q(
        ~Exists(accounts),
        org=host_organisation_id(),
        remote_org__local=False,
        remote_org__fixed_standing=MembershipStanding.NO_MEMBERSHIP,
    )


def leads_to_another_hub(server: Server) -> bool:
    """True if it is the hub owner's own connection to an instance outside the membership (`_to_another_hub`)."""
    if server.remote_org.standing != MembershipStanding.NO_MEMBERSHIP:
        return False  # Spares members' connections the query.
    return Server.objects.filter(_to_another_hub(), pk=server.pk).exists()


def require_exchange_over(server: Server, *, gives: bool) -> None:
    """Raise StandingRefused unless the peer may give to us (`gives`) or get from us over this connection."""
    peer = server.remote_org
    may = peer.may_sync and (peer.may_write if gives else peer.may_read)
    if not may and not leads_to_another_hub(server):
        # The label stays lazy: each reader gets it in their language.
        label = MembershipStanding(peer.standing).label
        raise StandingRefused(StandingProblem.NO_EXCHANGE(organisation=peer.name, standing=label))


def find_server(actor: Actor, reference: Reference) -> Server:
    return first_or_not_found(servers(actor).filter(pk=as_int(reference) or 0), ConnectionProblem.NOT_FOUND())


def is_known(server_id: int) -> bool:
    """True if a connection has this id: sharing groups may name it, but its settings stay hidden."""
    return Server.objects.filter(pk=server_id).exists()


def names_of(server_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and address of connections by id, for readers of sharing groups that name them."""
    rows = Server.objects.filter(pk__in=set(server_ids)).values_list("pk", "name", "url")
    return {pk: (name, url) for pk, name, url in rows}


def users_bound_to(server_ids: Iterable[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    for user in User.objects.filter(server_id__in=set(server_ids)).order_by("pk"):
        found.setdefault(user.server_id, []).append(user)
    return found


def certificates_of(server: Server) -> tuple[Certificate | None, Certificate | None]:
    return of_pem(server.authority), of_pem(KEYS.decrypt(server.encrypted_certificate))
