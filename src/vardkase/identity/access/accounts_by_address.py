"""The account whose API key was last used from an address."""

from __future__ import annotations

from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.accounts.queries import visible_users


def users_seen_from(actor: Actor, address: str) -> dict[str, Any]:
    """``{address: {"id", "email"}}`` of the account with the key last used from there; empty if none."""
    used = AuthKey.objects.filter(unique_ips__contains=[address], user__in=visible_users(actor))
    key = used.select_related("user").order_by("-last_used").first()
    return {address: {"id": str(key.user_id), "email": key.user.email}} if key else {}
