"""Drafting the next version of the terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.terms import queries
from vardkase.hub.membership.terms.criteria import read_criteria, stored
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST = 100_000


@transaction.atomic
def start_draft(actor: Actor) -> Terms:
    """Start the next version as a copy of the current one; returns the existing draft if there is one."""
    require_officer(actor)
    if draft := queries.draft():
        return draft
    current = queries.current_terms()
    draft = Terms.objects.create(
        version=current.version + 1,
        text_sv=current.text_sv,
        text_en=current.text_en,
        criteria=current.criteria,
        written_by=actor.name,
    )
    record(actor, MembershipAction.TERMS_DRAFTED, target_of(draft))
    return draft


@transaction.atomic
def edit_draft(actor: Actor, data: Mapping[str, Any]) -> Terms:
    """Change `text_sv`, `text_en` or `criteria` (objects) of the draft. Raises NotFound, Invalid by field."""
    require_officer(actor)
    draft = locked_draft()
    changed = []
    for name in ("text_sv", "text_en"):
        if name in data and (text := _text(data[name], name)) != getattr(draft, name):
            setattr(draft, name, text)
            changed.append(name)
    if "criteria" in data:
        given = data["criteria"]
        if not isinstance(given, list) or any(not isinstance(criterion, Mapping) for criterion in given):
            raise Invalid({"criteria": [MembershipProblem.NOT_OBJECTS()]})
        criteria = stored(read_criteria(given))
        if criteria != draft.criteria:
            draft.criteria = criteria
            changed.append("criteria")
    if changed:
        draft.written_by = actor.name
        draft.save()
        record(actor, MembershipAction.TERMS_EDITED, target_of(draft), {"fields": changed})
    return draft


@transaction.atomic
def discard_draft(actor: Actor) -> None:
    require_officer(actor)
    draft = locked_draft()
    record(actor, MembershipAction.TERMS_DISCARDED, target_of(draft))
    draft.delete()


def target_of(terms: Terms) -> Target:
    return Target("terms", terms.pk, title=gettext("Terms, version %s") % terms.version)


def require_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*OFFICERS)


def locked_draft() -> Terms:
    return first_or_not_found(
        Terms.objects.select_for_update().filter(state=TermsState.DRAFT), TermsProblem.NOT_BEING_WRITTEN()
    )


def _text(given: Any, name: str) -> str:
    text = given.replace("\r\n", "\n").strip() if isinstance(given, str) else ""
    if not text or len(text) > LONGEST or "\0" in text:
        raise Invalid({name: [HubProblem.TEXT_LENGTH(count=LONGEST)]})
    return text
