"""Hooks on appeals, called in the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.audit.services import AuditActor
from vardkase.core.hooks import Hook
from vardkase.hub.case_files.appeals.models import Appeal


@dataclass(slots=True)
class AppealStepped:
    """An appeal was registered ("register"), or a step of `rules.APPEAL` was taken."""

    actor: AuditActor
    appeal: Appeal
    step: str
    note: str = ""


appeal_stepped: Hook[AppealStepped] = Hook("appeal_stepped")
