"""External TAXII servers, configured by site administrators; keys are never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from django.db import transaction
from django.db.models import QuerySet

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.fields import Readers, apply
from vardkase.core.jobs import ordered
from vardkase.core.problems import CommonProblem
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.field_parsers import base_address, name, origin
from vardkase.exchange.taxii.collections import group_of, reach, saved_search
from vardkase.exchange.taxii.models import KEYS, FetchedObject, Run, TaxiiDirection, TaxiiServer
from vardkase.exchange.taxii.problems import TaxiiServerProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.fields import short_text
from vardkase.identity.organisations.queries import Reference, by_reference

LONGEST_KEY = 2000
WHERE_POLLED = frozenset(("baseurl", "api_root", "collection"))


def taxii_servers(actor: Actor) -> QuerySet[TaxiiServer]:
    actor.require(Permission.SITE_ADMIN)
    return TaxiiServer.objects.select_related("org", "sharing_group").order_by("pk")


def find_taxii_server(actor: Actor, reference: Reference) -> TaxiiServer:
    condition = by_reference(reference)
    found = taxii_servers(actor).filter(condition).first() if condition is not None else None
    if found is None:
        raise NotFound(TaxiiServerProblem.NOT_FOUND())
    return found


def find_readable_server(actor: Actor, reference: Reference) -> TaxiiServer:
    actor.require_content_access()
    return find_taxii_server(actor, reference)


def run_lock(direction: TaxiiDirection, server_id: int) -> str:
    return f"taxii {direction} {server_id}"


def is_ordered(actor: Actor, server_id: int) -> bool:
    """Whether a job of the server waits for its turn or is at work, also before it has a run of its own."""
    actor.require(Permission.SITE_ADMIN)
    return ordered.is_ordered([run_lock(direction, server_id) for direction in TaxiiDirection])


def runs_of(actor: Actor, server: TaxiiServer) -> QuerySet[Run]:
    actor.require(Permission.SITE_ADMIN)
    return Run.objects.filter(server=server).order_by("-pk")


@transaction.atomic
def add_taxii_server(actor: Actor, data: Mapping[str, Any]) -> TaxiiServer:
    """Add a server from its wire fields (name, owner, baseurl, api_root, collection, …). Raises Invalid, Forbidden."""
    actor.require_content_access()
    actor.require_writing(Permission.SITE_ADMIN)
    missing = {field: [CommonProblem.REQUIRED()] for field in REQUIRED if not data.get(field)}
    if missing:
        raise Invalid(missing)
    server = TaxiiServer(org_id=actor.organisation_id)
    _apply(actor, server, data)
    record(actor, ExchangeAction.TAXII_SERVER_ADDED, Target.of(server), {"url": server.baseurl})
    return server


@transaction.atomic
def edit_taxii_server(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> TaxiiServer:
    """Change the wire fields in `data`; an empty key keeps the old one. Raises Invalid, NotFound."""
    actor.require_content_access()
    actor.require_writing(Permission.SITE_ADMIN)
    number = find_taxii_server(actor, reference).pk
    server = taxii_servers(actor).select_for_update(of=("self",)).get(pk=number)
    changed = _apply(actor, server, data)
    record(actor, ExchangeAction.TAXII_SERVER_EDITED, Target.of(server), {"fields": changed})
    return server


@transaction.atomic
def delete_taxii_server(actor: Actor, reference: Reference) -> int:
    """Remove a server, but not its events; returns its id. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    server = find_taxii_server(actor, reference)
    number, target = server.pk, Target.of(server)
    server.delete()
    record(actor, ExchangeAction.TAXII_SERVER_DELETED, target)
    return number


def _apply(actor: Actor, server: TaxiiServer, data: Mapping[str, Any]) -> list[str]:
    before = server.baseurl
    changed = apply(server, data, READERS)
    if "sharing_group_id" in data:
        server.sharing_group_id = group_of(actor, data["sharing_group_id"])
    changed += _apply_key(server, data)
    moved = bool(before) and origin(before) != origin(server.baseurl)
    if moved and "api_key" not in changed and server.encrypted_key:
        # The key was given for the old server: an edit must not be a way to read it.
        raise Invalid({"api_key": [TaxiiServerProblem.KEY_AGAIN()]})
    if origin(urljoin(server.baseurl.rstrip("/") + "/", server.api_root)) != origin(server.baseurl):
        raise Invalid({"api_root": [TaxiiServerProblem.ROOT_ELSEWHERE()]})
    if before and WHERE_POLLED & set(changed):
        # Another collection: its marks mean nothing there, and everything has to be sent again.
        server.polled_to = server.reached = server.next = ""
        server.pushed_to = 0
        FetchedObject.objects.filter(server=server).delete()
    if "filters" in changed:  # Older events may pass now.
        server.pushed_to = 0
    server.save()
    return changed


def _apply_key(server: TaxiiServer, data: Mapping[str, Any]) -> list[str]:
    key = data.get("api_key")
    if not key:
        return []
    if not isinstance(key, str) or len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid({"api_key": [TaxiiServerProblem.BAD_KEY()]})
    server.encrypted_key = KEYS.encrypt(key.strip())
    return ["api_key"]


def root_address(value: Any) -> str:
    root = short_text(value)
    if not root:
        raise Invalid(CommonProblem.REQUIRED())
    try:
        origin(root)
    except ValueError:
        raise Invalid(TaxiiServerProblem.BAD_ROOT()) from None
    return root


REQUIRED = ("name", "baseurl", "api_root")
READERS: Readers = {
    "name": name,
    "owner": short_text,
    "baseurl": base_address,
    "api_root": root_address,
    "collection": short_text,
    "description": lambda value: str(value or "").strip(),
    "filters": saved_search,
    "distribution": reach,
}
