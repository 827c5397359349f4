"""Publishing the next version of the terms: two officers, one of them a legal officer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from difflib import Differ
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.agreements.services.asking import ask_all_members
from vardkase.hub.membership.agreements.settings import DAYS_TO_ANSWER
from vardkase.hub.membership.terms import queries
from vardkase.hub.membership.terms.drafts import locked_draft, require_officer, target_of
from vardkase.hub.membership.terms.hooks import Published, terms_published
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.legal import lacks_legal_officer
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose

SIGNS = {"+ ": "+", "- ": "−"}


def earliest_answer() -> date:
    """The earliest possible deadline for answers if the version were published today."""
    return today() + timedelta(days=DAYS_TO_ANSWER.value)


@transaction.atomic
def propose_publishing(
    actor: Actor, version: int, answer_by: date | None, reason: str = ""
) -> ApprovalRequest:
    """Propose to publish the draft, `version`, and to ask every member to accept it by `answer_by`.

    Raises NotFound, Conflict if the draft is now another version, Invalid under `answer_by` and `reason`.
    """
    require_officer(actor)
    draft = locked_draft()
    if draft.version != version:
        raise Conflict(TermsProblem.PUBLISHED_MEANWHILE())
    if answer_by is None or answer_by < earliest_answer():
        days, first = DAYS_TO_ANSWER.value, earliest_answer().isoformat()
        raise Invalid({"answer_by": [TermsProblem.DAY_TOO_EARLY(days=days, day=first)]})
    return propose(
        actor,
        PUBLISH,
        str(version),
        title=str(target_of(draft).title),
        parameters={"answer_by": answer_by.isoformat()},
        reason=reason,
    )


def describe_publishing(request: ApprovalRequest) -> ActionDescription:
    day = formatted(date.fromisoformat(request.parameters["answer_by"]), "j F Y")
    return ActionDescription(
        gettext(
            "Version %(version)s of the terms applies at once, and every member is asked to accept it by "
            "%(day)s. Applicants must accept it before they can be approved."
        )
        % {"version": request.subject, "day": day},
        ((gettext("Last day to answer"), day), *_changes(int(request.subject))),
        "/terms-and-criteria/draft/" if request.is_waiting else f"/terms-and-criteria/{request.subject}/",
    )


def _changes(version: int) -> Iterator[tuple[str, str]]:
    try:
        new, former = queries.version_or_draft(version), queries.terms_of(version - 1)
    except NotFound:
        return
    titles = {"sv": gettext("Changes in Swedish"), "en": gettext("Changes in English")}
    for language, title in titles.items():
        before, after = (_lines(terms, language) for terms in (former, new))
        # Differ's other lines are unchanged ones, and hints at where a line differs.
        differences = (line for line in Differ(charjunk=None).compare(before, after) if line[:2] in SIGNS)
        text = "\n".join(f"{SIGNS[line[:2]]} {line[2:]}" for line in differences)
        yield title, text or gettext("No changes")


def _lines(terms: Terms, language: str) -> list[str]:
    text = str(getattr(terms, f"text_{language}")).splitlines()
    criteria = [
        f"{criterion[f'title_{language}']} {criterion.get(f'help_{language}', '')}"
        for criterion in terms.criteria
    ]
    return [line.strip() for line in (*text, *criteria) if line.strip()]


def draft_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    draft = locked_draft()
    if str(draft.version) != request.subject:
        raise NotFound(TermsProblem.VERSION_NOT_BEING_WRITTEN())
    texts = {name: getattr(draft, name) for name in ("text_sv", "text_en")}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    return {"version": draft.version, "criteria": draft.criteria, **digests}


def _publish_draft(approval: Approval) -> Terms:
    approval.for_action(PUBLISH)
    terms, answer_by = locked_draft(), date.fromisoformat(approval.parameters["answer_by"])
    if answer_by < earliest_answer():
        raise Conflict(TermsProblem.TOO_FEW_DAYS_LEFT(days=DAYS_TO_ANSWER.value))
    # Store the packaged version 1 before it is replaced: accepted text must not change with the
    # software.
    if terms.version == 2 and not Terms.objects.filter(version=1).exists():
        queries.terms_of(1).save()
    former = queries.current_terms()
    terms.state, terms.published = TermsState.PUBLISHED, timezone.now()
    terms.published_by, terms.answer_by = approval.actor.name, answer_by
    terms.save()
    asked = ask_all_members(approval.actor, terms)
    terms_published.emit(Published(approval.actor, terms, former))
    change = {
        "answer_by": answer_by.isoformat(),
        "count": asked,
        "proposed_by": approval.request.proposed_by_name,
    }
    record(approval.actor, MembershipAction.TERMS_PUBLISHED, target_of(terms), change)
    return terms


PUBLISH = ApprovalAction(
    name="publish_terms",
    title=_("Publish a version of the terms"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=describe_publishing,
    subject_title=lambda request: gettext("Terms, version %s") % request.subject,
    fingerprint=draft_fingerprint,
    conflict=lacks_legal_officer,
    execute=_publish_draft,
)
