"""Client for another instance: its version, our account there, and whether requests arrive intact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vardkase.core import json_limits
from vardkase.core.problems import Problem
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import Reply
from vardkase.exchange.servers import health
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer
from vardkase.exchange.servers.problems import PeerProblem
from vardkase.exchange.servers.queries import find_server
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.version import MISP_VERSION

WORKS, NOT_REACHED, UNEXPECTED, REFUSED, PASSWORD, TERMS, NO_RIGHTS, ONLY_SIGHTINGS = range(1, 9)
"""MISP's codes for the state of a connection."""
REASONS = {
    UNEXPECTED: PeerProblem.NOT_JSON,
    REFUSED: PeerProblem.KEY_REFUSED,
    PASSWORD: PeerProblem.PASSWORD_EXPIRED,
    TERMS: PeerProblem.TERMS_NOT_ACCEPTED,
    NO_RIGHTS: PeerProblem.MAY_NOT_SYNC,
    ONLY_SIGHTINGS: PeerProblem.ONLY_SIGHTINGS,
}
POST_FINE, POST_FAILED, POST_DIFFERS, POST_HEADERS = 1, 8, 9, 10
TEST = {"testString": "This is a test: åäö ÅÄÖ € ☃"}


@dataclass(frozen=True, slots=True)
class RemoteUser:
    """Our user on the other instance."""

    email: str
    role: str
    may_sync: bool


def test_connection(actor: Actor, reference: Reference) -> dict[str, Any]:
    server = find_server(actor, reference)
    try:
        found = judged(server, asked(server))
    except OutgoingFailed as failed:
        noted(server, NOT_REACHED, failed.problem)
        return not_reached(failed)
    noted(server, found["status"])
    return found


def asked(server: Server) -> Reply:
    return Peer(server).ask("GET", "servers/getVersion")


def not_reached(failed: OutgoingFailed) -> dict[str, Any]:
    return {"status": NOT_REACHED, "client_certificate": None, "info": failed.wire}


def noted(server: Server, status: int, problem: Problem | None = None) -> None:
    works = status == WORKS
    reason = None if works else problem or REASONS.get(status, REASONS[UNEXPECTED])()
    health.note(server.pk, works=works, reason=reason)


def judged(server: Server, reply: Reply) -> dict[str, Any]:
    info = _decoded(reply)
    if reply.status != 200 or not isinstance(info, dict) or not isinstance(info.get("version"), str):
        return {"status": _refused_status(reply.status, info), "client_certificate": None}
    post = _post_test(server)
    if not info.get("perm_sync"):
        status = ONLY_SIGHTINGS if info.get("perm_sighting") else NO_RIGHTS
        answered = {"status": post, "content-encoding": None}
        return {"status": status, "info": info, "client_certificate": None, "post": answered}
    return {
        "status": WORKS,
        "local_version": MISP_VERSION,
        "version": info["version"],
        **_compared_versions(MISP_VERSION, info["version"]),
        "post": post,
        "response_encoding": reply.headers.get("content-encoding"),
        "request_encoding": info.get("request_encoding", []),
        "client_certificate": None,
        "uuid": info.get("uuid"),
    }


def remote_user(actor: Actor, reference: Reference) -> RemoteUser:
    found = _fetch_document(find_server(actor, reference), "users/view/me.json")
    user, role = found.get("User"), found.get("Role")
    if not isinstance(user, dict) or not isinstance(role, dict):
        raise OutgoingFailed(PeerProblem.NO_ACCOUNT())
    return RemoteUser(str(user.get("email")), str(role.get("name")), bool(role.get("perm_sync")))


def remote_filtering_rules(actor: Actor, reference: Reference) -> dict[str, list[str]]:
    found = _fetch_document(find_server(actor, reference), "servers/getAvailableSyncFilteringRules")
    return {
        name: [str(entry) for entry in listed if isinstance(entry, str)]
        for name in ("organisations", "tags")
        if isinstance(listed := found.get(name, []), list)
    }


def _fetch_document(server: Server, path: str) -> dict[str, Any]:
    reply = Peer(server).ask("GET", path)
    found = _decoded(reply)
    if reply.status != 200:
        raise OutgoingFailed(PeerProblem.STATUS(status=reply.status))
    if not isinstance(found, dict):
        raise OutgoingFailed(PeerProblem.NOT_JSON())
    return found


def _decoded(reply: Reply) -> Any:
    try:
        return json_limits.decoded(reply.content)
    except ValueError:
        return None


def _refused_status(status: int, answer: Any) -> int:
    # MISP answers 405 for both, and only its sentence tells them apart.
    message = str(answer.get("message", "")) if isinstance(answer, dict) else ""
    if status == 405 and "expecting a password change" in message:
        return PASSWORD
    if status == 405 and "terms of use" in message:
        return TERMS
    return REFUSED if status == 403 else UNEXPECTED


def _post_test(server: Server) -> int:
    """Test whether sent data arrives unmodified; returns MISP's codes."""
    try:
        reply = Peer(server).ask("POST", "servers/postTest", TEST)
    except OutgoingFailed:
        return POST_FAILED
    found = _decoded(reply)
    if reply.status != 200 or not isinstance(found, dict):
        return POST_FAILED
    if found.get("body") != TEST:
        return POST_DIFFERS
    headers = found.get("headers")
    kinds = (
        [str(headers.get(name)) for name in ("Content-type", "Accept")] if isinstance(headers, dict) else [""]
    )
    return POST_FINE if all(kind.startswith("application/json") for kind in kinds) else POST_HEADERS


def _compared_versions(local: str, remote: str) -> dict[str, str | bool]:
    ours, theirs = (
        # A part of six digits or more is nonsense that may be too long for int().
        [int(part) if part.isdecimal() and len(part) < 6 else 0 for part in version.split(".")[:3]]
        for version in (local, remote)
    )
    for part, mine, other in zip(("major", "minor", "hotfix"), ours, theirs, strict=False):
        if mine != other:
            return {"mismatch": part, "newer": "local" if mine > other else "remote"}
    return {"mismatch": False, "newer": False}
