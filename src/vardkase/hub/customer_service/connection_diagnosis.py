"""Connection diagnosis for support requests: technical facts only, never shared content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds
from vardkase.exchange.servers.models import Server
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.readable_audit_log import SIGN_INS
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.audit_actions import IdentityAction

REFUSALS = (*(act for act in SIGN_INS if act.endswith("refused")), IdentityAction.USER_ENTRANCE_REFUSED)
KEYS_SHOWN = 20
REFUSALS_SHOWN = 10
REFUSALS_SINCE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DiagnosticFact:
    """A line added by a provider: `state` is ok, warn, bad or empty."""

    label: str
    value: str
    state: str = ""


type Provider = Callable[[int], Sequence[DiagnosticFact]]
"""An organisation's id → facts about its connection, in the active language."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def gather(actor: Actor) -> dict[str, Any]:
    """The technical state of the requester, as JSON: user and address, keys, refused sign-ins, connections."""
    return {
        "who": actor.name,
        "address": actor.address or "",
        "at": timezone.now().isoformat(),
        **state_of(actor.organisation_id),
    }


def state_of(organisation_id: int) -> dict[str, Any]:
    """The technical state of an organisation as JSON; a constant number of queries."""
    return {
        "keys": _keys(organisation_id),
        "refused": _refused(organisation_id),
        "connections": _connections(organisation_id),
        "facts": [asdict(fact) for provider in _providers for fact in provider(organisation_id)],
    }


def _keys(organisation_id: int) -> list[dict[str, Any]]:
    rows = AuthKey.objects.filter(user__org=organisation_id).select_related("user")
    # Sorted here: a key that was never used (NULL) comes last.
    recent = sorted(rows, key=lambda key: key.last_used or 0, reverse=True)[:KEYS_SHOWN]
    return [
        {
            "name": str(key),
            "account": key.user.email,
            "expires": _moment(key.expiration),
            "expired": bool(key.expiration) and key.expiration < now_seconds(),
            "account_off": not key.user.is_active,
            "last_used": _moment(key.last_used),
            "allowed_from": key.allowed_ips or [],
            "seen_from": key.unique_ips,
        }
        for key in recent
    ]


def _refused(organisation_id: int) -> list[dict[str, Any]]:
    accounts = dict(User.objects.filter(org=organisation_id).values_list("pk", "email"))
    rows = AuditEntry.objects.filter(
        action__in=REFUSALS,
        target_kind="user",
        target_id__in=accounts,
        created__gte=timezone.now() - REFUSALS_SINCE,
    ).order_by("-pk")
    return [
        {
            "at": row.created.isoformat(),
            "why": str(row.change.get("reason", "")),
            "account": accounts[row.target_id or 0],
            "address": row.address or "",
        }
        for row in rows[:REFUSALS_SHOWN]
    ]


def _connections(organisation_id: int) -> list[dict[str, Any]]:
    rows = Server.objects.filter(remote_org=organisation_id).select_related("standing").order_by("pk")
    connections = []
    for row in rows[:KEYS_SHOWN]:
        health = getattr(row, "standing", None)  # missing where it has never been tried
        connections.append(
            {
                "name": row.name,
                "url": row.url,
                "works": health.works if health else None,
                "since": health.since.isoformat() if health else "",
                "reason": health.reason if health else "",
            }
        )
    return connections


def _moment(seconds: int | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else ""
