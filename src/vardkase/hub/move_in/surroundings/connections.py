"""Connections to other servers, switched off: rules, keys and certificates are kept, and which flags were on."""

from __future__ import annotations

import json
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.field_parsers import rules
from vardkase.exchange.servers.models import KEYS, Server, no_pull_rules, no_push_rules
from vardkase.exchange.taxii.models import KEYS as TAXII_KEYS
from vardkase.exchange.taxii.models import TaxiiServer
from vardkase.exchange.tls import tls_context
from vardkase.hub.move_in.surroundings.differing import write_differing
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.identity.organisations.models import Organisation

SWITCHES = (
    "push",
    "pull",
    "push_sightings",
    "push_galaxy_clusters",
    "push_analyst_data",
    "pull_analyst_data",
    "pull_galaxy_clusters",
    "caching_enabled",
)
"""The flags by which a connection contacts the other side."""
FLAGS = (
    "publish_without_email",
    "unpublish_event",
    "self_signed",
    "internal",
    "skip_proxy",
    "remove_missing_tags",
)
ENCRYPTED = b"\x1f\x1d"
"""How a key begins that MISP has encrypted with `Security.encryption_key`."""

SERVERS = """
SELECT m.id, m.name, m.url, m.authkey, o.id AS org_id, coalesce(r.id, o.id) AS remote_org_id, m.lastpulledid,
    m.lastpushedid, m.pull_rules, m.push_rules, m.cert_file, m.client_cert_file, m.priority, {flags}
FROM move_in.servers m JOIN organisation o ON o.id = m.org_id LEFT JOIN organisation r ON r.id = m.remote_org_id
ORDER BY m.id
"""
NOT_TAKEN = """
SELECT name FROM move_in.servers m WHERE NOT EXISTS (SELECT FROM organisation o WHERE o.id = m.org_id) ORDER BY id
"""
UPDATED = (
    "name",
    "url",
    "encrypted_key",
    "org",
    "remote_org",
    "lastpulledid",
    "lastpushedid",
    "pull_rules",
    "push_rules",
    "authority",
    "encrypted_certificate",
    "priority",
    *FLAGS,
)
TAXII = """
SELECT id, uuid, name, owner, baseurl, description, filters, api_key, api_root, collection FROM move_in.taxii_servers
ORDER BY id
"""


def take_servers(taking: Taking) -> None:
    flags = ", ".join(f"coalesce(m.{flag} = 1, false) AS {flag}" for flag in (*FLAGS, *SWITCHES))
    known = Server.objects.in_bulk()
    taken = []
    for row in _rows(SERVERS.format(flags=flags)):
        server = _server(taking, row)
        taken.append(server)
        if (here := known.get(row["id"])) is not None:
            _keep_what_was_not_given(server, row, here)
        was = {flag: True for flag in SWITCHES if row[flag]}
        if was and row["id"] not in known:
            taking.remember("server", row["id"], row["name"], was)
    sealed = dict.fromkeys(("encrypted_key", "encrypted_certificate"), KEYS)
    taking.count("servers", write_differing(Server.objects.all(), taken, UPDATED, sealed))
    taking.leave_out_rows("servers", "Its organisation does not exist in MISP.", NOT_TAKEN)
    ids_reserved("server")


def _keep_what_was_not_given(server: Server, row: dict[str, Any], here: Server) -> None:
    """The files may be missing this time, and a key that MISP encrypts was entered here."""
    if row["cert_file"] and not server.authority:
        server.authority = here.authority
    if row["client_cert_file"] and not server.encrypted_certificate:
        server.encrypted_certificate = here.encrypted_certificate
    if row["authkey"] is None or bytes(row["authkey"]).startswith(ENCRYPTED):
        server.encrypted_key = here.encrypted_key


def _server(taking: Taking, row: dict[str, Any]) -> Server:
    key = bytes(row["authkey"] or b"")
    if row["authkey"] is None:
        taking.leave_out("keys of servers", [row["name"]], "MISP gives no keys over its API: enter it again.")
    if key.startswith(ENCRYPTED):
        taking.leave_out("keys of servers", [row["name"]], "MISP has encrypted it: enter it again.")
        key = b""
    return Server(
        id=row["id"],
        name=row["name"],
        url=row["url"].rstrip("/"),
        encrypted_key=KEYS.encrypt(key.decode("ascii", "replace").strip()),
        org_id=row["org_id"],
        remote_org_id=row["remote_org_id"],
        lastpulledid=row["lastpulledid"],
        lastpushedid=row["lastpushedid"],
        pull_rules=no_pull_rules() | _rules(taking, row, "pull_rules"),
        push_rules=no_push_rules() | _rules(taking, row, "push_rules"),
        authority=_certificate(taking, row, "cert_file", private=False),
        encrypted_certificate=KEYS.encrypt(_certificate(taking, row, "client_cert_file", private=True)),
        priority=row["priority"] or row["id"],
        **{flag: row[flag] for flag in FLAGS},
    )


def _rules(taking: Taking, row: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        given = json.loads(row[name] or "{}")
        return rules(
            {key: value for key, value in given.items() if value != ""} if isinstance(given, dict) else given
        )
    except (Invalid, ValueError, RecursionError) as error:
        taking.leave_out("rules of servers", [f"{name} of {row['name']}"], f"They cannot be read: {error}")
        return {}


def _certificate(taking: Taking, row: dict[str, Any], name: str, *, private: bool) -> str:
    """The certificate in the file, which MISP names by the server; "" if there is none."""
    file = row[name]
    if not file:
        return ""
    content = taking.files.read(f"certs/{file}") if "/" not in file else None
    try:
        pem = (content or b"").decode("ascii").strip()
        if not pem:
            raise ValueError
        tls_context("" if private else pem, pem if private else "")
    except (ValueError, OSError, OutgoingFailed):
        why = "It is not among the files, or no valid certificate (with its key, where it is our own)."
        taking.leave_out("certificates of servers", [f"{file} of {row['name']}"], why)
        return ""
    return pem


def take_taxii_servers(taking: Taking) -> None:
    """They belong to the organisation of the hub. Nothing is polled until the schedule for it is switched on."""
    owner = Organisation.objects.get(pk=taking.actor.organisation_id)
    taken = []
    for row in _rows(TAXII):
        try:
            filters = json.loads(row["filters"] or "{}")
        except ValueError:
            filters = {}
        taken.append(
            TaxiiServer(
                id=row["id"],
                uuid=row["uuid"],
                name=row["name"],
                owner=row["owner"] or "",
                baseurl=row["baseurl"],
                api_root=row["api_root"],
                collection=row["collection"] or "",
                description=row["description"] or "",
                filters=filters if isinstance(filters, dict) else {},
                encrypted_key=TAXII_KEYS.encrypt(row["api_key"] or ""),
                org=owner,
            )
        )
    updated = (
        "name",
        "owner",
        "baseurl",
        "api_root",
        "collection",
        "description",
        "filters",
        "encrypted_key",
    )
    written = write_differing(TaxiiServer.objects.all(), taken, updated, {"encrypted_key": TAXII_KEYS})
    taking.count("TAXII servers", written)
    ids_reserved("taxii_server")


def _rows(statement: str) -> list[dict[str, Any]]:
    found = cursor().execute(statement)
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


STEPS = (
    Step("servers", ("servers",), take_servers),
    Step("TAXII servers", ("taxii_servers",), take_taxii_servers),
)
