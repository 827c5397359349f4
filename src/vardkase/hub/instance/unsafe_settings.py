"""Unsafe settings of the installation, as `vardkase check` and the page of diagnostics list them."""

from __future__ import annotations

from django.core import checks
from django.db import DatabaseError

from vardkase.core.problems import Problem
from vardkase.hub.audit_log.state import audit_log_findings
from vardkase.hub.instance.problems import InstanceProblem
from vardkase.identity.accounts.services.protection import deciding_users

type Finding = dict[str, str | Problem]


def unsafe_settings() -> list[Finding]:
    """Id, message and hint of each finding: problems, but for what Django and its packages find, in their words."""
    found: list[Finding] = [
        {"id": str(message.id), "message": _worded(message.msg), "hint": _worded(message.hint)}
        for message in checks.run_checks(include_deployment_checks=True)
        if message.is_serious(checks.WARNING) and not message.is_silenced()
    ]
    return found + _two_offices() + _audit_log()


def _worded(said: object) -> str | Problem:
    return said if isinstance(said, Problem) else str(said or "")


def _two_offices() -> list[Finding]:
    """Officers who are also site administrators, from before the two roles excluded each other."""
    try:
        both = [user.email for user in deciding_users().filter(role__perm_site_admin=True).order_by("email")]
    except DatabaseError:
        return []
    if not both:
        return []
    message = InstanceProblem.TWO_OFFICES(people=both)
    return [{"id": "vardkase.officers", "message": message, "hint": InstanceProblem.ONE_OFFICE_EACH()}]


def _audit_log() -> list[Finding]:
    """What keeps the audit log from proving itself."""
    try:
        found = list(audit_log_findings())
    except DatabaseError:
        return []
    return [{"id": f"vardkase.{name}", "message": message, "hint": remedy} for name, message, remedy in found]
