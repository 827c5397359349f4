"""Confirmation of the organisation behind a connection: by the member at the other end, or by two officers.

The account that sets up a connection says which organisation is at its address. What is fetched there counts as that
organisation's own, so once membership is in use nothing is fetched for a member before the connection is confirmed. A
connection to an organisation that is no member fetches without it, but brings in nothing that a member has created.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, Target, record
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.rules import require_means
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id, membership_is_in_use

PAGE = "/membership/connections/"


def identity_of(server: Server) -> str:
    """A SHA-256 of what identifies the peer and the account used there, which is what gets confirmed."""
    parts = [
        server.url,
        KEYS.decrypt(server.encrypted_key),
        server.remote_org_id,
        server.internal,
        server.self_signed,
        server.authority,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def is_confirmed(server: Server) -> bool:
    """True if the connection is confirmed in its current form; always true before membership is in use."""
    return not membership_is_in_use() or hmac.compare_digest(server.confirmed, identity_of(server))


def speaks_as_member(organisation: Organisation) -> bool:
    """True if data from this organisation counts as a member's or the hub owner's, once membership is in use."""
    return membership_is_in_use() and (
        organisation.pk == host_organisation_id() or organisation.has_membership
    )


def waits_for_confirmation(server: Server) -> bool:
    return speaks_as_member(server.remote_org) and not is_confirmed(server)


def require_confirmed(server: Server) -> None:
    """Raise Conflict while a connection in a member's name is not confirmed."""
    if waits_for_confirmation(server):
        raise Conflict(ConnectionProblem.NOT_CONFIRMED(organisation=server.remote_org.name, page=PAGE))


def connections_of(actor: Actor) -> list[Server]:
    """The connections in the name of the actor's organisation. Raises Forbidden unless the actor administers
    it."""
    _require_member(actor)
    return list(Server.objects.filter(remote_org=actor.organisation_id).order_by("priority", "pk"))


@transaction.atomic
def confirm(actor: Actor, pk: int, identity: str) -> Server:
    """Confirm, as an administrator of the member, the connection as displayed (`identity_of`).

    Raises NotFound, Forbidden, StepUpRequired, Conflict when it has changed.
    """
    _require_member(actor)
    account = User.objects.select_for_update(of=("self",)).filter(pk=actor.user_id or 0).first()
    require_means(actor, account)
    actor.require_step_up()
    servers = Server.objects.select_for_update(of=("self",)).select_related("remote_org")
    server = first_or_not_found(
        servers.filter(pk=pk, remote_org=actor.organisation_id), ConnectionProblem.NOT_FOUND()
    )
    # Of the page that was read: the connection may have been pointed elsewhere since.
    if not hmac.compare_digest(identity, identity_of(server)):
        raise Conflict(ConnectionProblem.CHANGED())
    return record_confirmation(actor, server)


@transaction.atomic
def propose_confirmation(actor: Actor, server: Server, reason: str) -> ApprovalRequest:
    """Propose confirming a connection without the member, or one to a non-member, so that it can import
    members' events.

    Raises Forbidden, Conflict, Invalid under `reason`.
    """
    return propose(actor, CONFIRM, str(server.pk), title=server.name, reason=reason)


def record_confirmation(actor: AuditActor, server: Server) -> Server:
    """Record the connection as confirmed; the caller has checked that the member or two people confirmed it."""
    server.confirmed, server.confirmed_by, server.confirmed_at = (
        identity_of(server),
        actor.name[:255],
        timezone.now(),
    )
    server.save(update_fields=["confirmed", "confirmed_by", "confirmed_at"])
    record(
        actor,
        ExchangeAction.SERVER_CONFIRMED,
        Target("server", server.pk, title=server.name),
        {"url": server.url},
    )
    return server


def notify_member(actor: AuditActor, server: Server) -> None:
    if not waits_for_confirmation(server) or server.remote_org_id == host_organisation_id():
        return
    facts = {
        "person": actor.name or _("The hub"),
        "url": server.url,
        "organisation": server.remote_org.name,
        "link": f"{settings.BASE_URL}{PAGE}",
    }
    people = [Recipient(person.email, person.language) for person in _member_administrators(server)]
    notify("connection_waiting", None, people, facts)


def _member_administrators(server: Server) -> Iterable[User]:
    return active_users().filter(org=server.remote_org_id, role__perm_admin=True)


def _require_member(actor: Actor) -> None:
    actor.require(Permission.ADMIN)
    actor.require_own_affairs()
    # The hub's own people do not confirm for a member: one of them may have set the connection up.
    if actor.is_site_admin or actor.staff or actor.organisation_id == host_organisation_id():
        raise Forbidden


def _locked_server(request: ApprovalRequest) -> Server:
    servers = Server.objects.select_for_update(of=("self",)).select_related("remote_org")
    return first_or_not_found(servers.filter(pk=int(request.subject)), ConnectionProblem.NOT_FOUND())


def describe_server(request: ApprovalRequest) -> ActionDescription:
    found = Server.objects.select_related("remote_org").filter(pk=int(request.subject)).first()
    details = [(gettext("Connection"), request.title)]
    if found is not None:
        details += [
            (gettext("Address"), found.url),
            (gettext("Remote organisation"), found.remote_org.name),
            (gettext("Internal"), gettext("Yes") if found.internal else gettext("No")),
        ]
    return ActionDescription(
        gettext(
            "What is fetched there is treated as the organisation’s own. If it is not a member, the "
            "connection may also bring in what members have created."
        ),
        tuple(details),
    )


def server_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    found = Server.objects.filter(pk=int(request.subject)).first()
    host = host_organisation_id()
    if found is not None and found.remote_org_id == actor.organisation_id != host:
        return ConnectionProblem.OWN_CONNECTION()
    return None


def _confirm_server(approval: Approval) -> Server:
    server = _locked_server(approval.for_action(CONFIRM).request)
    facts = {
        "url": server.url,
        "organisation": server.remote_org.name,
        "link": f"{settings.BASE_URL}{PAGE}",
    }
    people = [
        Recipient(person.email, person.language)
        for person in _member_administrators(server)
        if not person.staff_roles
    ]
    notify("connection_confirmed", None, people, facts)
    return record_confirmation(approval.actor, server)


CONFIRM = ApprovalAction(
    name="confirm_connection",
    title=_("Confirm the connection’s owner"),
    propose=frozenset({Party.SITE_ADMIN, Party.MEMBERSHIP_OFFICER, Party.OPERATOR}),
    approve=OFFICERS,
    describe=describe_server,
    fingerprint=lambda request: {"identity": identity_of(_locked_server(request))},
    conflict=server_conflict,
    execute=_confirm_server,
)
