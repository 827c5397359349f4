"""Reading connections: site administrators only."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.exchange.certificates import Certificate, of_pem
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.identity.organisations.standing import Standing, may_now, require_exchange
from vardkase.misp.flags import as_int


def servers(actor: Actor) -> QuerySet[Server]:
    """Every connection, by priority. Raises Forbidden."""
    actor.require(Permission.SITE_ADMIN)
    return Server.objects.select_related("org", "remote_org").order_by("priority", "pk")


def giving() -> QuerySet[Server]:
    """The connections whose other side may give to us as its membership stands, or as another hub of the hub owner's,
    whether or not they fetch."""
    return Server.objects.filter(may_now("sync", "write", path="remote_org") | _to_another_hub())


def getting() -> QuerySet[Server]:
    """The connections whose other side may get from us as its membership stands, or as another hub of the hub owner's,
    whether or not they send."""
    return Server.objects.filter(may_now("sync", "read", path="remote_org") | _to_another_hub())


def _to_another_hub() -> Q:
    """The condition for connections that the hub owner itself runs to an instance of nobody who takes part here.

    Its organisation is known by name only: it has no membership, and has had none, and no account here. All that such
    an instance gives is taken in; it gets what is published for other hubs, as over any connection. A connection that
    a member runs is none of these, nor is one to an organisation of this hub.
    """
    accounts = User.objects.filter(org=OuterRef("remote_org"), disabled=False)
    return Q(
        ~Exists(accounts),
        org=host_organisation_id(),
        remote_org__local=False,
        remote_org__fixed_standing=Standing.NO_MEMBERSHIP,
    )


def leads_to_another_hub(server: Server) -> bool:
    """Whether the hub owner's own connection leads to an instance outside the membership (`_to_another_hub`)."""
    if server.remote_org.standing != Standing.NO_MEMBERSHIP:
        return False
    return Server.objects.filter(_to_another_hub(), pk=server.pk).exists()


def require_exchange_over(server: Server, *, gives: bool) -> None:
    """Raise StandingRefused unless the other end may give to us, or get from us, over this connection."""
    if not leads_to_another_hub(server):
        require_exchange(server.remote_org, gives=gives)


def find_server(actor: Actor, reference: Reference) -> Server:
    """One connection by id. Raises NotFound, Forbidden."""
    found = servers(actor).filter(pk=as_int(reference) or 0).first()
    if found is None:
        raise NotFound("Invalid server")
    return found


def is_known(server_id: int) -> bool:
    """Whether there is a connection with this id: sharing groups may name it, its settings stay hidden."""
    return Server.objects.filter(pk=server_id).exists()


def names_of(server_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and address of connections by id, for those who see a sharing group that names them."""
    rows = Server.objects.filter(pk__in=set(server_ids)).values_list("pk", "name", "url")
    return {pk: (name, url) for pk, name, url in rows}


def users_bound_to(server_ids: Iterable[int]) -> dict[int, list[User]]:
    """The accounts that other instances use here, by the connection they are bound to."""
    found: dict[int, list[User]] = {}
    for user in User.objects.filter(server_id__in=set(server_ids)).order_by("pk"):
        found.setdefault(user.server_id, []).append(user)
    return found


def certificates_of(server: Server) -> tuple[Certificate | None, Certificate | None]:
    """The certificate that vouches for the other side, and our own; None where the system's or none is used."""
    return of_pem(server.authority), of_pem(KEYS.decrypt(server.encrypted_certificate))
