"""Hooks on letters, called in the transaction that writes them."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.audit.services import AuditActor
from vardkase.core.hooks import Hook
from vardkase.hub.correspondence.models import Letter


@dataclass(frozen=True, slots=True)
class LetterWritten:
    """`text` is the Swedish text in words, `recipient` its addressee."""

    letter: Letter
    actor: AuditActor
    recipient: str
    text: str


letter_written: Hook[LetterWritten] = Hook("letter_written")
