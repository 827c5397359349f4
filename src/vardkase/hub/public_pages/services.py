"""Changes of the public page; they take two people once the hub is in use, since the public relies on it.

Each change is a new version, and every version can be restored. One person alone may reorder the questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, cast

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_lazy

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import Problem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.problems import HubProblem, PublicPageProblem
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.passages import LANGUAGES, Passage, PassagePart, PassageText, shipped
from vardkase.hub.public_pages.queries import find_passage, passage_of, passages, versions
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole

LONGEST = {"title": 200, "lead": 400, "text": 20_000}
NAME_LENGTH = 48
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def may_edit(actor: Actor) -> bool:
    return actor.is_site_admin or StaffRole.MEMBERSHIP_OFFICER in actor.staff


def require_editor(actor: Actor) -> None:
    if not may_edit(actor):
        raise Forbidden(PublicPageProblem.NOT_AN_EDITOR())


@transaction.atomic
def change_passage(
    actor: Actor, part: str, name: str, data: Mapping[str, Any], number: int | None = None, reason: str = ""
) -> ApprovalRequest:
    """Propose other words for a passage: `data` holds title_sv, title_en, lead_…, text_….

    `number` is the version that the editor saw. Raises Invalid by field, Conflict when there is a newer one or another
    proposal waits, NotFound, Forbidden.
    """
    _require(actor)
    passage = find_passage(part, name)
    if number is not None and number != passage.number:
        raise Conflict(PublicPageProblem.OVERTAKEN())
    return _propose(actor, replace(passage, words=_words(data)), HubAction.PUBLIC_PASSAGE_CHANGED, reason)


@transaction.atomic
def add_question(actor: Actor, data: Mapping[str, Any], reason: str = "") -> ApprovalRequest:
    """Propose a question with its answer, below the others. Raises Invalid by field, Forbidden."""
    _require(actor)
    words = _words(data)
    # Hidden questions too: their names and positions are taken.
    questions = [passage for passage in passages() if passage.part == PassagePart.QUESTION]
    taken = {question.name for question in questions}
    start = slugify(words["sv"].title)[:NAME_LENGTH].strip("-") or "question"
    # The name is part of the address, and stays when the title changes.
    names = (start if count == 1 else f"{start}-{count}" for count in range(1, len(taken) + 3))
    name = next(name for name in names if name not in taken)
    last = max((question.position for question in questions), default=0)
    return _propose(
        actor,
        Passage(PassagePart.QUESTION, name, last + 1, words),
        HubAction.PUBLIC_PASSAGE_ADDED,
        reason,
    )


@transaction.atomic
def show_question(actor: Actor, name: str, *, shown: bool) -> ApprovalRequest | None:
    """Propose to remove a question from the page or restore it; None if nothing changes. Raises NotFound, Forbidden."""
    _require(actor)
    passage = find_passage(PassagePart.QUESTION, name)
    if passage.shown == shown:
        return None
    act = HubAction.PUBLIC_PASSAGE_RESTORED if shown else HubAction.PUBLIC_PASSAGE_REMOVED
    return _propose(actor, replace(passage, shown=shown), act, str(EFFECTS[act]))


@transaction.atomic
def move_question(actor: Actor, name: str, *, up: bool) -> None:
    _require(actor)
    passage = find_passage(PassagePart.QUESTION, name)
    # Past the hidden ones, so that each move is seen.
    questions = [
        question
        for question in passages()
        if question.part == PassagePart.QUESTION and (question.shown or question.name == name)
    ]
    place = questions.index(passage) + (-1 if up else 1)
    if not 0 <= place < len(questions):
        return
    other = questions[place]
    _store(actor, replace(passage, position=other.position), HubAction.PUBLIC_PASSAGE_MOVED)
    _store(actor, replace(other, position=passage.position), HubAction.PUBLIC_PASSAGE_MOVED)


@transaction.atomic
def restore_version(actor: Actor, part: str, name: str, number: int) -> ApprovalRequest:
    """Propose to restore the text of an earlier version (0: the packaged text).

    Raises Invalid, NotFound, Forbidden.
    """
    _require(actor)
    passage = find_passage(part, name)
    if number == 0:
        same = [each for each in shipped() if (each.part, each.name) == (passage.part, passage.name)]
    else:
        same = [passage_of(row) for row in versions(passage).filter(number=number)]
    if not same:
        raise Invalid({"number": [PublicPageProblem.NO_SUCH_VERSION()]})
    earlier = same[0]
    new, act = replace(passage, words=earlier.words, shown=earlier.shown), HubAction.PUBLIC_PASSAGE_RESTORED
    return _propose(actor, new, act, str(EFFECTS[act]))


def _propose(actor: Actor, passage: Passage, act: AuditAction, reason: str) -> ApprovalRequest:
    parameters = {
        "act": act,
        "position": passage.position,
        "shown": passage.shown,
        "words": {language: asdict(words) for language, words in passage.words.items()},
    }
    subject, title = f"{passage.part}/{passage.name}", passage.words["sv"].title
    return propose(actor, CHANGE, subject, title=title, reason=reason, parameters=parameters)


def _current(request: ApprovalRequest) -> Passage | None:
    part, _, name = request.subject.partition("/")
    return next((passage for passage in passages() if (passage.part, passage.name) == (part, name)), None)


def change_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    # A packaged passage has no row to lock.
    cursor().execute(ONE_AT_A_TIME, (f"public text {request.subject}",))
    passage = _current(request)
    return {"number": passage.number, "position": passage.position} if passage else {}


def describe_change(request: ApprovalRequest) -> ActionDescription:
    current, new = _current(request), request.parameters["words"]
    labels = {"title": gettext("Heading"), "lead": gettext("Summary"), "text": gettext("Text")}
    rows = []
    for language, words in new.items():
        # Once it is decided, the current text is the new one, and no longer what it replaced.
        before = asdict(current.words[language]) if current and not request.answered_at else {}
        for name, label in labels.items():
            if words[name] != before.get(name, ""):
                rows.append((f"{label} ({language})", f"{before.get(name) or '–'} → {words[name] or '–'}"))
    return ActionDescription(str(EFFECTS[request.parameters["act"]]), tuple(rows))


def _execute_change(approval: Approval) -> Passage:
    request, given = approval.for_action(CHANGE).request, approval.parameters
    part, _, name = request.subject.partition("/")
    words = {language: PassageText(**texts) for language, texts in given["words"].items()}
    passage = Passage(PassagePart(part), name, given["position"], words, given["shown"])
    return _store(cast(Actor, approval.actor), passage, given["act"])


EFFECTS = {
    HubAction.PUBLIC_PASSAGE_ADDED: gettext_lazy("The question is on the public page from now on."),
    HubAction.PUBLIC_PASSAGE_CHANGED: gettext_lazy("Visitors see the new text from now on."),
    HubAction.PUBLIC_PASSAGE_REMOVED: gettext_lazy(
        "The question is taken off the public page. It can be put back."
    ),
    HubAction.PUBLIC_PASSAGE_RESTORED: gettext_lazy("The earlier text is shown again."),
}
EDITORS = frozenset({Party.MEMBERSHIP_OFFICER, Party.SITE_ADMIN})
CHANGE = ApprovalAction(
    name="change_public_text",
    title=gettext_lazy("Change the public page"),
    propose=EDITORS,
    approve=OFFICERS,
    alone_until_in_use=EDITORS,
    describe=describe_change,
    fingerprint=change_fingerprint,
    execute=_execute_change,
)


def _store(actor: Actor, passage: Passage, action: AuditAction) -> Passage:
    """Store `passage` as the newest version; the constraint lets only one of two concurrent writers through."""
    last = versions(passage).aggregate(last=Max("number"))["last"] or 0
    row = PassageVersion.objects.create(
        part=passage.part,
        name=passage.name,
        number=last + 1,
        position=passage.position,
        shown=passage.shown,
        user_id=actor.user_id,
        user_name=actor.name,
        **{
            f"{name}_{language}": getattr(words, name)
            for language, words in passage.words.items()
            for name in LONGEST
        },
    )
    target = Target("public_passage", row.pk, title=row.title_sv)
    record(actor, action, target, {"part": row.part, "number": row.number})
    return passage_of(row)


def _require(actor: Actor) -> None:
    actor.require_writing()
    require_editor(actor)


def _words(data: Mapping[str, Any]) -> dict[str, PassageText]:
    errors: dict[str, list[Problem]] = {}
    by_language = {}
    for language in LANGUAGES:
        given = {name: str(data.get(f"{name}_{language}") or "").strip() for name in LONGEST}
        for name, text in given.items():
            if "\0" in text or len(text) > LONGEST[name]:
                errors[f"{name}_{language}"] = [HubProblem.TEXT_LENGTH(count=LONGEST[name])]
        if not given["title"]:
            errors[f"title_{language}"] = [PublicPageProblem.TITLE_MISSING()]
        by_language[language] = PassageText(**given)
    if errors:
        raise Invalid(errors)
    return by_language
