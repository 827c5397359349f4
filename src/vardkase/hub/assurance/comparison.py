"""The configuration compared with safe defaults."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings

from vardkase.core.database import uses_external_database
from vardkase.hub.assurance.evidence import HubEvidence
from vardkase.hub.assurance.tables import SafeDefault, safe_defaults

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class DefaultState(StrEnum):
    SAFE = "safe"
    DEVIATES = "deviates"
    NOT_VERIFIED = "not_verified"
    NOT_APPLICABLE = "not_applicable"


def compared(evidence: HubEvidence) -> list[tuple[SafeDefault, DefaultState]]:
    deviating = {str(each["id"]).removeprefix("vardkase.") for each in evidence.deviations}
    return [(each, _found(each.name, deviating, evidence)) for each in safe_defaults()]


def _found(name: str, deviating: set[str], evidence: HubEvidence) -> DefaultState:
    if name in deviating or (name == "audit_log" and not evidence.log.intact):
        return DefaultState.DEVIATES
    match name:
        case "audit_log" if not evidence.verdict:
            return DefaultState.NOT_VERIFIED
        case "DATABASE_URL" if not uses_external_database():
            return DefaultState.NOT_APPLICABLE
        case "VARDKASE_SMTP_SECURITY" if settings.VARDKASE_SMTP_HOST in {"", *THIS_MACHINE}:
            return DefaultState.NOT_APPLICABLE
    return DefaultState.SAFE
