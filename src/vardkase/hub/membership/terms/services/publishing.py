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
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.membership.terms import queries
from vardkase.hub.membership.terms.hooks import Published, terms_published
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.hub.membership.terms.services.asking import ask_all_members
from vardkase.hub.membership.terms.services.drafts import locked_draft, require_officer, target_of
from vardkase.hub.membership.terms.settings import DAYS_TO_ANSWER
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
    found = locked_draft()
    if found.version != version:
        raise Conflict(TermsProblem.PUBLISHED_MEANWHILE())
    if answer_by is None or answer_by < earliest_answer():
        days, first = DAYS_TO_ANSWER.value, earliest_answer().isoformat()
        raise Invalid({"answer_by": [TermsProblem.DAY_TOO_EARLY(days=days, day=first)]})
    return propose(
        actor,
        PUBLISH,
        str(version),
        title=str(target_of(found).title),
        parameters={"answer_by": answer_by.isoformat()},
        reason=reason,
    )


def _describe(request: ApprovalRequest) -> ActionDescription:
    day = formatted(date.fromisoformat(request.parameters["answer_by"]), "j F Y")
    return ActionDescription(
        gettext(
            "Version %(version)s of the terms applies at once, and every member is asked to accept it by %(day)s. "
            "Applicants have to accept it before they can be approved."
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
        before, after = (_lines(each, language) for each in (former, new))
        yield title, "\n".join(_compared(before, after)) or gettext("No changes")


def _lines(terms: Terms, language: str) -> list[str]:
    text = str(getattr(terms, f"text_{language}")).splitlines()
    criteria = [f"{each[f'title_{language}']} {each.get(f'help_{language}', '')}" for each in terms.criteria]
    return [line.strip() for line in (*text, *criteria) if line.strip()]


def _compared(before: list[str], after: list[str]) -> Iterator[str]:
    signs = {"+ ": "+", "- ": "−"}
    for line in Differ(charjunk=None).compare(before, after):
        if sign := signs.get(line[:2]):
            yield f"{sign} {line[2:]}"


def _fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    found = locked_draft()
    if str(found.version) != request.subject:
        raise NotFound(TermsProblem.VERSION_NOT_BEING_WRITTEN())
    texts = {name: getattr(found, name) for name in ("text_sv", "text_en")}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    return {"version": found.version, "criteria": found.criteria, **digests}


def _publish(approval: Approval) -> Terms:
    approval.for_action(PUBLISH)
    found, answer_by = locked_draft(), date.fromisoformat(approval.parameters["answer_by"])
    if answer_by < earliest_answer():
        raise Conflict(TermsProblem.TOO_FEW_DAYS_LEFT(days=DAYS_TO_ANSWER.value))
    # Store the packaged version 1 before it is replaced: accepted text must not change with the
    # software.
    if found.version == 2 and not Terms.objects.filter(version=1).exists():
        queries.terms_of(1).save()
    former = queries.current_terms()
    found.state, found.published = TermsState.PUBLISHED, timezone.now()
    found.published_by, found.answer_by = approval.actor.name, answer_by
    found.save()
    asked = ask_all_members(approval.actor, found)
    terms_published.emit(Published(approval.actor, found, former))
    change = {
        "answer_by": answer_by.isoformat(),
        "count": asked,
        "proposed_by": approval.request.proposed_by_name,
    }
    record(approval.actor, HubAction.TERMS_PUBLISHED, target_of(found), change)
    return found


PUBLISH = ApprovalAction(
    name="publish_terms",
    title=_("Publish a version of the terms"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    subject_title=lambda request: gettext("Terms, version %s") % request.subject,
    fingerprint=_fingerprint,
    conflict=lacks_legal_officer,
    execute=_publish,
)
