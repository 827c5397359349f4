"""Services for texts of reasons: each change is a new version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sql import cursor
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.reasons.models import ReasonKind, ReasonText
from vardkase.hub.office.reasons.queries import find_text
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import DECIDE

LONGEST = {"title": 120, "text_sv": 4000, "text_en": 4000}
MOST_TEXTS = 300
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('reason texts'))"


@transaction.atomic
def write_text(actor: Actor, data: Mapping[str, str], name: uuid.UUID | None = None) -> ReasonText:
    """Add a text, or a version of the text `name`; `data`: kind, title, text_sv, text_en.

    Raises Forbidden, NotFound, Invalid by field.
    """
    _require_officer(actor)
    before = find_text(actor, name) if name else None
    fields = _checked(data)
    if before is None and ReasonText.objects.filter(version=1).count() >= MOST_TEXTS:
        raise Invalid({"title": [OfficeProblem.TOO_MANY_TEXTS(most=MOST_TEXTS)]})
    return _next_version(actor, before, fields)


@transaction.atomic
def set_retired(actor: Actor, name: uuid.UUID, *, is_retired: bool) -> ReasonText:
    """Offer a text no longer, or again. Raises Forbidden, NotFound."""
    _require_officer(actor)
    before = find_text(actor, name)
    if before.is_retired == is_retired:
        return before
    kept = {field: getattr(before, field) for field in ("kind", *LONGEST)}
    return _next_version(actor, before, kept, is_retired=is_retired)


def _require_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DECIDE)
    cursor().execute(ONE_AT_A_TIME)


def _next_version(
    actor: Actor, before: ReasonText | None, fields: Mapping[str, str], *, is_retired: bool = False
) -> ReasonText:
    made = ReasonText.objects.create(
        name=before.name if before else uuid.uuid4(),
        version=before.version + 1 if before else 1,
        is_retired=is_retired,
        written_by=actor.name,
        **fields,
    )
    change = {"kind": made.kind, "version": made.version, "is_retired": is_retired}
    record(
        actor, OfficeAction.REASON_TEXT_CHANGED, Target("reason_text", made.pk, made.name, made.title), change
    )
    return made


def _checked(data: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, list[Problem]] = {}
    fields = {"kind": data.get("kind", "")}
    if fields["kind"] not in ReasonKind.values:
        errors["kind"] = [CommonProblem.NO_SUCH_CHOICE(choices=ReasonKind.values)]
    for name, longest in LONGEST.items():
        fields[name] = data.get(name, "").replace("\r\n", "\n").strip()
        if not 1 <= len(fields[name]) <= longest or "\0" in fields[name]:
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
    if errors:
        raise Invalid(errors)
    return fields
