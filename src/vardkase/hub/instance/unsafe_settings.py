"""Unsafe settings of the installation, as `vardkase check` and the page of diagnostics list them."""

from __future__ import annotations

from django.core import checks
from django.db import DatabaseError

from vardkase.identity.accounts.services.protection import deciding_users


def unsafe_settings() -> list[dict[str, str]]:
    """Id, message and hint of each finding, in English."""
    found = [
        {"id": str(message.id), "message": str(message.msg), "hint": str(message.hint or "")}
        for message in checks.run_checks(include_deployment_checks=True)
        if message.is_serious(checks.WARNING) and not message.is_silenced()
    ]
    return found + _two_offices()


def _two_offices() -> list[dict[str, str]]:
    """Officers who are also site administrators, from before the two roles excluded each other."""
    try:
        both = [user.email for user in deciding_users().filter(role__perm_site_admin=True).order_by("email")]
    except DatabaseError:
        return []
    if not both:
        return []
    message = f"Officers who are site administrators as well, and so decide nothing: {', '.join(both)}."
    hint = "Give each of them another role, or take the officer's duty away."
    return [{"id": "vardkase.officers", "message": message, "hint": hint}]
