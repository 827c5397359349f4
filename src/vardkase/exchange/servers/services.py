"""Services for connections: site administrators only; keys are never shown again."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.fields import Readers, apply
from vardkase.core.problems import CommonProblem, Problem
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.field_parsers import base_address, name, origin, rules
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.exchange.servers.confirmation import identity_of, notify_member
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.exchange.servers.queries import find_server, servers
from vardkase.exchange.tls import tls_context
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import issue_key
from vardkase.identity.organisations.models import SharingGroupServer
from vardkase.identity.organisations.queries import Reference, find_organisation
from vardkase.identity.organisations.services import capture_organisations
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.knowledge.cached_sources.kinds import SERVER
from vardkase.knowledge.cached_sources.services import forget
from vardkase.misp.flags import as_bool

KEY = re.compile(r"[A-Za-z0-9]{40}")
LONGEST_CERTIFICATE = 100_000
FLAGS = (
    "push",
    "pull",
    "push_sightings",
    "push_galaxy_clusters",
    "push_analyst_data",
    "pull_analyst_data",
    "pull_galaxy_clusters",
    "push_collections",
    "pull_collections",
    "publish_without_email",
    "unpublish_event",
    "self_signed",
    "internal",
    "skip_proxy",
    "remove_missing_tags",
    "caching_enabled",
)


@transaction.atomic
def add_server(actor: Actor, data: Mapping[str, Any]) -> Server:
    """Add a connection from its wire fields (name, url, authkey, …). Raises Invalid by field, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    server = Server(org_id=actor.organisation_id, priority=Server.objects.count() + 1)
    missing = {field: [CommonProblem.REQUIRED()] for field in REQUIRED if not data.get(field)}
    if data.get("remote_org"):
        missing.pop("remote_org_id", None)
    if missing:
        raise Invalid(missing)
    _apply(server, data)
    _refuse_sending_blindly(actor, None, server)
    server.save()
    record(actor, ExchangeAction.SERVER_ADDED, Target.of(server), {"url": server.url})
    notify_member(actor, server)
    return server


@transaction.atomic
def import_server(actor: Actor, document: Mapping[str, Any]) -> Server:
    """Add the connection described by another instance's `sync_configuration`.

    Creates its organisation if new. Raises as `add_server` does.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    block = document.get("Organisation")
    known = capture_organisations([block], created_by=actor.user_id or 0) if isinstance(block, dict) else {}
    if not known:
        raise Invalid({"Organisation": [ConnectionProblem.UUID_MISSING()]})
    copied = {field: document.get(field) for field in ("url", "authkey")}
    named = document.get("name") or document.get("url")
    return add_server(actor, {**copied, "name": named, "remote_org_id": next(iter(known.values()))})


@transaction.atomic
def edit_server(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Server:
    """Change the wire fields in `data`; an empty authkey keeps the old one. Raises Invalid, NotFound."""
    actor.require_writing(Permission.SITE_ADMIN)
    server = servers(actor).select_for_update(of=("self",)).get(pk=find_server(actor, reference).pk)
    before, identity = _destination(server), identity_of(server)
    changed = _apply(server, data)
    _refuse_sending_blindly(actor, before, server)
    server.save()
    record(actor, ExchangeAction.SERVER_EDITED, Target.of(server), {"fields": changed})
    if identity_of(server) != identity:  # A confirmation no longer counts: the member has to look again.
        notify_member(actor, server)
    return server


@transaction.atomic
def delete_server(actor: Actor, reference: Reference) -> None:
    """Remove a connection, also from sharing groups and accounts. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    server = find_server(actor, reference)
    target = Target.of(server)
    # No foreign keys: organisations and accounts lie below this layer and know connections by number only.
    SharingGroupServer.objects.filter(server_id=server.pk).delete()
    User.objects.filter(server_id=server.pk).update(server_id=0)
    forget(SERVER, server.pk)
    server.delete()
    record(actor, ExchangeAction.SERVER_DELETED, target)


@transaction.atomic
def order_servers(actor: Actor, server_ids: Sequence[int]) -> None:
    """Set the priorities 1, 2, … in this order. Raises Invalid unless each connection is named once."""
    actor.require_writing(Permission.SITE_ADMIN)
    stored = {server.pk: server for server in servers(actor).select_for_update(of=("self",))}
    # Also refuses a list read before a connection was added: two would get the same priority.
    if sorted(server_ids) != sorted(stored):
        raise Invalid({"id": [ConnectionProblem.NOT_EACH_ONCE()]})
    for place, number in enumerate(server_ids, 1):
        stored[number].priority = place
    Server.objects.bulk_update(stored.values(), ["priority"])
    record(actor, ExchangeAction.SERVER_ORDERED, Target("server"), {"order": list(server_ids)})


@transaction.atomic
def move_server(actor: Actor, reference: Reference, *, earlier: bool) -> None:
    """Move a connection one place up or down; no effect at either end. Raises NotFound."""
    moved = find_server(actor, reference)
    order = [server.pk for server in servers(actor)]
    place = order.index(moved.pk)
    other = place + (-1 if earlier else 1)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        order_servers(actor, order)


@transaction.atomic
def set_organisation_rule(
    actor: Actor, reference: Reference, kind: str, rule: str, organisations: Sequence[str], *, overwrite: bool
) -> None:
    """Add organisations to a list (`rule`: OR or NOT) of a connection's `kind` rules (pull or push).

    With `overwrite` they replace those on the list. Raises NotFound, Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    server = servers(actor).select_for_update(of=("self",)).get(pk=find_server(actor, reference).pk)
    stored: dict[str, Any] = getattr(server, f"{kind}_rules")
    before = _destination(server)
    lists = stored.get("orgs", {})
    kept = [] if overwrite else lists.get(rule, [])
    lists = lists | {rule: list(dict.fromkeys([*kept, *organisations]))}
    setattr(server, f"{kind}_rules", stored | {"orgs": lists})
    _refuse_sending_blindly(actor, before, server)
    server.save()
    record(actor, ExchangeAction.SERVER_EDITED, Target.of(server), {"fields": [f"{kind}_rules"]})


@transaction.atomic
def sync_configuration(actor: Actor, base_url: str, instance: str) -> dict[str, Any]:
    """The configuration for another instance to connect to us as `actor`, with a new key, shown only once.

    Raises Forbidden for users without sync permission, and for site administrators.
    """
    actor.require_writing(Permission.SYNC)
    # With the key the other instance acts as this account.
    if actor.is_site_admin or actor.user_id is None:
        raise Forbidden(ConnectionProblem.NOT_FOR_SITE_ADMINS())
    host = find_organisation(host_organisation_id() or 0)
    comment = f"Auto generated sync key - {datetime.fromtimestamp(now_seconds(), UTC):%Y-%m-%d %H:%M:%S}"
    _, raw = issue_key(actor, User.objects.get(pk=actor.user_id), {"comment": comment})
    organisation = {"name": host.name, "uuid": str(host.uuid)}
    return {"url": base_url, "uuid": instance, "authkey": raw, "Organisation": organisation}


SENDS = tuple(name for name in FLAGS if name.startswith("push"))
DESTINATION = (
    *SENDS,
    *("url", "remote_org_id", "push_rules"),
    *("internal", "self_signed", "skip_proxy", "authority", "encrypted_certificate"),
)
"""What decides whether a connection sends, what, where, for whom, and who could intercept it."""


def _destination(server: Server) -> dict[str, Any]:
    return {name: getattr(server, name) for name in DESTINATION}


def _refuse_sending_blindly(actor: Actor, before: dict[str, Any] | None, server: Server) -> None:
    """Raise Invalid if an actor who may not read shared content would decide what is sent and where.

    Connections they set up send only once somebody else enables pushing, and can be redirected only while it
    is off.
    """
    sends = any(getattr(server, name) for name in SENDS)
    if actor.may_not_read_content and sends and _destination(server) != before:
        raise Invalid({"push": [ConnectionProblem.SENDING_NEEDS_ANOTHER()]})


def _apply(server: Server, data: Mapping[str, Any]) -> list[str]:
    errors: dict[str, Sequence[Problem]] = {}
    changed: list[str] = []
    before = server.url
    # All steps run, so that a form shows every error at once.
    for step in (_apply_fields, _apply_key, _apply_organisation, _apply_certificates):
        try:
            changed += step(server, data)
        except Invalid as fault:
            errors |= {"": [fault.errors]} if isinstance(fault.errors, Problem) else fault.errors
    if errors:
        raise Invalid(errors)
    # A stored key is sent only to its original server: an edit must not be a way to read it.
    if before and origin(before) != origin(server.url) and "authkey" not in changed:
        raise Invalid({"authkey": [ConnectionProblem.KEY_AGAIN()]})
    return changed


def _apply_fields(server: Server, data: Mapping[str, Any]) -> list[str]:
    return apply(server, data, READERS)


def _apply_key(server: Server, data: Mapping[str, Any]) -> list[str]:
    key = data.get("authkey")
    if not key:
        return []
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Invalid({"authkey": [ConnectionProblem.BAD_KEY()]})
    server.encrypted_key = KEYS.encrypt(key)
    return ["authkey"]


def _apply_organisation(server: Server, data: Mapping[str, Any]) -> list[str]:
    """`remote_org_id`, or a possibly new organisation as `remote_org`: ``{"name": …, "uuid": …}``."""
    if data.get("remote_org"):
        block = data["remote_org"]
        known = capture_organisations([block]) if isinstance(block, Mapping) else {}
        if not known:
            raise Invalid({"remote_org": [ConnectionProblem.UUID_MISSING()]})
        found = find_organisation(next(iter(known.values())))
    elif "remote_org_id" in data:
        try:
            found = find_organisation(str(data["remote_org_id"]))
        except NotFound:
            raise Invalid({"remote_org_id": [ConfigurationProblem.UNKNOWN_ORGANISATION()]}) from None
    else:
        return []
    if found.pk == server.remote_org_id:
        return []
    server.remote_org = found
    return ["remote_org_id"]


def _apply_certificates(server: Server, data: Mapping[str, Any]) -> list[str]:
    """`submitted_cert` and `submitted_client_cert` (PEM, or its base64); `delete_cert` and the like remove
    them."""
    changed = []
    if as_bool(data.get("delete_cert")) or data.get("submitted_cert"):
        server.authority = _valid_certificate("submitted_cert", data, private=False)
        changed.append("cert_file")
    if as_bool(data.get("delete_client_cert")) or data.get("submitted_client_cert"):
        server.encrypted_certificate = KEYS.encrypt(
            _valid_certificate("submitted_client_cert", data, private=True)
        )
        changed.append("client_cert_file")
    return changed


def _valid_certificate(member: str, data: Mapping[str, Any], *, private: bool) -> str:
    text = data.get(member) or ""
    if not text:
        return ""
    try:
        pem = _pem(text)
        tls_context("" if private else pem, pem if private else "")
    except (ValueError, OSError, OutgoingFailed):
        raise Invalid({member: [ConnectionProblem.BAD_CERTIFICATE()]}) from None
    return pem


def _pem(text: Any) -> str:
    if not isinstance(text, str) or len(text) > LONGEST_CERTIFICATE:
        raise ValueError("no text")
    if "-----BEGIN" in text:
        return text
    try:
        return b64decode(text, validate=True).decode("ascii")
    except binascii.Error as error:
        raise ValueError("no base64") from error


REQUIRED = ("name", "url", "authkey", "remote_org_id")
READERS: Readers = {
    "name": name,
    "url": base_address,
    "pull_rules": rules,
    "push_rules": rules,
    **dict.fromkeys(FLAGS, as_bool),
}
