"""Queries for texts of reasons."""

from __future__ import annotations

from uuid import UUID

from vardkase.core.errors import NotFound
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.reasons.models import ReasonText
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE


def reason_texts(actor: Actor, *kinds: str) -> list[ReasonText]:
    """The newest version of each text, of the given kinds or all; those no longer used last."""
    actor.require_staff(*DECIDE)
    newest = ReasonText.objects.order_by("name", "-version").distinct("name")
    rows = [text for text in newest if not kinds or (text.kind in kinds and not text.is_retired)]
    return sorted(rows, key=lambda text: (text.is_retired, text.kind, text.title.casefold()))


def find_text(actor: Actor, name: UUID) -> ReasonText:
    actor.require_staff(*DECIDE)
    text = ReasonText.objects.filter(name=name).order_by("-version").first()
    if text is None:
        raise NotFound(OfficeProblem.NO_SUCH_TEXT())
    return text


def text_versions(actor: Actor, name: UUID) -> list[ReasonText]:
    actor.require_staff(*DECIDE)
    return list(ReasonText.objects.filter(name=name).order_by("-version"))
