"""Services by which a controller answers for its items, and what it is shown of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.audit.services import record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.backups import journal
from vardkase.hub.data_protection.problems import DataAnswerProblem, DataRequestProblem
from vardkase.hub.data_protection.requests.case_access import unreadable
from vardkase.hub.data_protection.requests.filing import file_answer
from vardkase.hub.data_protection.requests.mails import notify_handlers, target_of
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedController,
    ConcernedItem,
    DataSubjectRight,
    ItemOutcome,
)
from vardkase.hub.data_protection.requests.models import FoundItemKind as Kind
from vardkase.hub.data_protection.requests.person import GivenCopy, opened, opened_copy, sealed_copy
from vardkase.hub.data_protection.requests.queries import find_controller
from vardkase.hub.data_protection.requests.recipients import recipients_of
from vardkase.hub.data_protection.requests.rules import (
    OPEN,
    answers_for,
    cited,
    is_handler,
    outcomes_of,
    refusal_grounds,
    right_in_words,
)
from vardkase.hub.data_protection.requests.search import excerpts, texts_of
from vardkase.hub.data_protection.requests.services import LONGEST_REASON, text_of
from vardkase.hub.data_protection.requests.spilled import titles_in_quarantine, without
from vardkase.hub.data_protection.requests.terms import SearchTerm
from vardkase.identity.access.actor import Actor
from vardkase.intel.personal_data.offences import offence_words

MOST_AT_ONCE = 500
CHANGES = (ItemOutcome.CORRECTED, ItemOutcome.ERASED)
TOLD_ON = (*CHANGES, ItemOutcome.RESTRICTED)
ENDED = (*CHANGES, ItemOutcome.GONE)
"""What is only true of what no longer holds what was searched for."""
# The hub itself only keeps what is restricted from disposal.
NEED_REASONS = {
    ItemOutcome.REFUSED: DataAnswerProblem.NO_REASON,
    ItemOutcome.RESTRICTED: DataAnswerProblem.NO_MANNER,
}


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What was decided on a right for an item; `answer` is None while nothing was."""

    right: str
    answer: AnsweredRight | None
    ground: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as its controller sees it; `text` is empty once it no longer holds what was searched for.

    `text` is also what is given out. `is_for_others`: it stands in a case that the reader may not read, though others
    of the organisation do. `is_offence`: it is marked as data on an offence, or `text` speaks of one.
    """

    item: ConcernedItem
    where: str
    text: str
    terms: tuple[SearchTerm, ...]
    answers: tuple[ShownAnswer, ...]
    is_for_others: bool = False
    is_offence: bool = False


def shown_items(
    actor: Actor, controller: ConcernedController, rows: Sequence[ConcernedItem]
) -> list[ShownItem]:
    """`rows` with what they say, for who answers for them; each reading is on record.

    A handler reads those of the hub owner only: of the others, whose they are, of which kind, and how many.
    """
    answers = _answers_of(controller, rows)
    if not reads_contents(actor, controller):
        return [
            ShownItem(row, str(row.get_kind_display()), "", (), answers[row.pk], is_offence=row.is_offence)
            for row in rows
        ]
    person = opened(controller.request.person)
    others = unreadable(actor, rows)
    texts = _texts(controller, [row for row in rows if row.pk not in others], person.terms)
    if texts:
        change = {"items": len(texts), "controller": controller.name}
        record(actor, DataProtectionAction.DATA_REQUEST_READ, target_of(controller.request), change)
    return [
        ShownItem(
            row,
            where_of(row),
            texts.get(row.pk, ""),
            tuple(person.terms[place] for place in row.terms if place < len(person.terms)),
            answers[row.pk],
            row.pk in others,
            row.is_offence or bool(offence_words(texts.get(row.pk, ""))),
        )
        for row in rows
    ]


def _answers_of(
    controller: ConcernedController, rows: Sequence[ConcernedItem]
) -> dict[int, tuple[ShownAnswer, ...]]:
    known = {(each.item_id, each.right): each for each in AnsweredRight.objects.filter(item__in=rows)}
    grounds = {each.ground: cited(each.ground) if each.ground else "" for each in known.values()}
    found = {}
    for row in rows:
        each = ((right, known.get((row.pk, right))) for right in controller.request.rights)
        found[row.pk] = tuple(
            ShownAnswer(right_in_words(right), answer, grounds[answer.ground] if answer else "")
            for right, answer in each
        )
    return found


def reads_contents(actor: Actor, controller: ConcernedController) -> bool:
    if actor.may_not_read_content or not actor.may_read:
        return False
    if is_handler(actor) and controller.is_hub_owner:
        return True
    return answers_for(actor, controller) and controller.organisation_id == actor.organisation_id


def where_of(item: ConcernedItem) -> str:
    """Where the item is, in words that name nothing of what it says."""
    label = str(item.get_kind_display())
    if item.event_id:
        label = gettext("%(kind)s, event %(number)s") % {"kind": label, "number": item.event_id}
    if item.versions:
        label += f" ({', '.join(map(str, item.versions))})"
    return label


@dataclass(frozen=True, slots=True)
class RightDecision:
    """On one right, for the items chosen."""

    right: DataSubjectRight
    outcome: ItemOutcome
    ground: str
    reason: str


@transaction.atomic
def answer_items(actor: Actor, controller_id: int, item_ids: Iterable[int], data: Mapping[str, Any]) -> int:
    """Record for items what was decided on the rights that were asked for; returns how many.

    `data` has `{right}_outcome`, `{right}_ground` and `{right}_reason`; a right without an outcome stays as it is.
    The ground is a refusal's; the reason says why it was refused, or how the processing is restricted.

    What was corrected or erased must no longer hold what was searched for; what is given out is copied. Raises Invalid
    by field, Conflict, NotFound, Forbidden.
    """
    controller = _for_answer(actor, controller_id)
    rows = list(controller.items.filter(pk__in=list(item_ids)[:MOST_AT_ONCE]).order_by("pk"))
    if not rows:
        raise Invalid({"items": [DataAnswerProblem.NONE_CHOSEN()]})
    decisions = _decisions(controller.request.rights, data)
    is_read = reads_contents(actor, controller)
    if is_read and (others := unreadable(actor, rows)):
        raise Invalid({"items": [DataAnswerProblem.IN_UNREADABLE_CASES(count=len(others))]})
    texts = _texts(controller, rows, opened(controller.request.person).terms)
    for row in rows:
        row.is_offence |= bool(offence_words(texts.get(row.pk, "")))
    _require_possible(rows, decisions, texts, is_read=is_read)
    _keep_copies(rows, decisions, texts, is_read=is_read)
    _keep_answers(controller, rows, decisions)
    change = {
        "count": len(rows),
        "outcome": {each.right.value: each.outcome.value for each in decisions},
        "controller": controller.name,
    }
    record(actor, DataProtectionAction.DATA_REQUEST_ITEMS_ANSWERED, target_of(controller.request), change)
    return len(rows)


def _decisions(asked: Sequence[str], data: Mapping[str, Any]) -> list[RightDecision]:
    errors: dict[str, list[Problem]] = {}
    found = []
    for right in DataSubjectRight:
        if not data.get(f"{right}_outcome"):
            continue
        if right not in asked:
            errors[f"{right}_outcome"] = [DataAnswerProblem.NOT_ASKED()]
            continue
        try:
            found.append(_decision(right, data))
        except Invalid as refused:
            errors |= {name: list(problems) for name, problems in refused.by_field.items()}
    if not found and not errors:
        errors[f"{asked[0]}_outcome"] = [DataAnswerProblem.NO_OUTCOME()]
    if errors:
        raise Invalid(errors)
    return found


def _decision(right: DataSubjectRight, data: Mapping[str, Any]) -> RightDecision:
    outcome, ground = data[f"{right}_outcome"], data.get(f"{right}_ground")
    if outcome not in outcomes_of(right):
        raise Invalid({f"{right}_outcome": [DataAnswerProblem.NOT_AN_OUTCOME()]})
    if outcome not in NEED_REASONS:
        return RightDecision(right, ItemOutcome(outcome), "", "")
    if outcome != ItemOutcome.REFUSED:
        ground = ""
    elif ground not in refusal_grounds(right):
        raise Invalid({f"{right}_ground": [DataAnswerProblem.NO_GROUND()]})
    field = f"{right}_reason"
    if not str(data.get(field) or "").strip():
        raise Invalid({field: [NEED_REASONS[outcome]()]})
    return RightDecision(
        right, ItemOutcome(outcome), str(ground), text_of(data[field], field, LONGEST_REASON)
    )


def _require_possible(
    rows: Sequence[ConcernedItem],
    decisions: Sequence[RightDecision],
    texts: Mapping[int, str],
    *,
    is_read: bool,
) -> None:
    offences = sum(row.is_offence for row in rows)
    for each in decisions:
        field = f"{each.right}_outcome"
        if each.outcome in ENDED and texts:
            raise Invalid({field: [DataAnswerProblem.STILL_THERE(count=len(texts))]})
        if each.outcome != ItemOutcome.GIVEN:
            continue
        if offences and len(rows) > 1:
            raise Invalid({field: [DataAnswerProblem.OFFENCES(count=offences)]})
        gone = sum(row.pk not in texts and not row.given for row in rows) if is_read else 0
        if gone:
            raise Invalid({field: [DataAnswerProblem.NOTHING_TO_GIVE(count=gone)]})


def _keep_copies(
    rows: Sequence[ConcernedItem],
    decisions: Sequence[RightDecision],
    texts: Mapping[int, str],
    *,
    is_read: bool,
) -> None:
    access = next((each for each in decisions if each.right == DataSubjectRight.ACCESS), None)
    for row in rows if access else ():
        if access and access.outcome != ItemOutcome.GIVEN:
            row.given = row.given if row.kind == Kind.AUDIT else ""
        elif not is_read:
            # Whoever may not read it records what its controller gave out itself.
            row.given = ""
        elif row.pk in texts:  # What is gone since was copied when it was given out.
            row.given = sealed_copy(GivenCopy(where_of(row), texts[row.pk]))
    ConcernedItem.objects.bulk_update(rows, ["given", "is_offence"])


def _keep_answers(
    controller: ConcernedController, rows: Sequence[ConcernedItem], decisions: Sequence[RightDecision]
) -> None:
    now = timezone.now()
    AnsweredRight.objects.bulk_create(
        (
            AnsweredRight(
                item=row,
                right=each.right,
                outcome=each.outcome,
                ground=each.ground,
                reason=each.reason,
                at=now,
            )
            for row in rows
            for each in decisions
        ),
        update_conflicts=True,
        unique_fields=["item", "right"],
        update_fields=["outcome", "ground", "reason", "at"],
    )
    chosen = controller.items.filter(pk__in=[row.pk for row in rows]).annotate(decided=Count("answers"))
    complete = chosen.filter(decided=len(controller.request.rights)).values_list("pk", flat=True)
    ConcernedItem.objects.filter(pk__in=list(complete)).update(answered_at=now)


@transaction.atomic
def send_answer(actor: Actor, controller_id: int, told: Any = "") -> ConcernedController:
    """Make the answers of a controller final.

    `told`: how the recipients of what was changed were told (article 19), needed if there are any. Raises Conflict,
    Invalid, NotFound, Forbidden.
    """
    controller = _for_answer(actor, controller_id)
    if controller.items.filter(answered_at=None).exists():
        raise Conflict(DataAnswerProblem.INCOMPLETE())
    recipients = recipients_of(changed_events(controller))
    if recipients and not str(told or "").strip():
        raise Invalid({"told": [DataAnswerProblem.RECIPIENTS_UNTOLD()]})
    controller.recipients = [each.as_row() for each in recipients]
    controller.recipients_told = text_of(told, "told", 500) if recipients else ""
    controller.answered_at, controller.answered_by = timezone.now(), actor.name
    controller.save()
    if controller.items.filter(answers__outcome__in=CHANGES).exists():
        journal.enter(journal.Kind.ERASURE, number=controller.request.number)
    change = {"controller": controller.name, "recipients": len(recipients)}
    record(
        actor, DataProtectionAction.DATA_REQUEST_CONTROLLER_ANSWERED, target_of(controller.request), change
    )
    file_answer(actor, controller)
    if not is_handler(actor):
        notify_handlers("data_request_answer_came", controller.request, actor)
    return controller


def changed_events(controller: ConcernedController) -> set[int]:
    changed = controller.items.filter(answers__outcome__in=TOLD_ON).exclude(event_id=None)
    return {event for event in changed.values_list("event_id", flat=True) if event}


def _for_answer(actor: Actor, controller_id: int) -> ConcernedController:
    actor.require_own_affairs()
    find_controller(actor, controller_id)
    rows = ConcernedController.objects.select_for_update(of=("self",)).select_related("request")
    controller = first_or_not_found(rows.filter(pk=controller_id), DataRequestProblem.NO_SUCH_REQUEST())
    if not answers_for(actor, controller):
        first_or_not_found(rows.none(), DataRequestProblem.NO_SUCH_REQUEST())
    if controller.request.state not in OPEN:
        raise Conflict(DataRequestProblem.NOT_OPEN())
    if controller.answered_at:
        raise Conflict(DataAnswerProblem.ANSWERED())
    return controller


def _texts(
    controller: ConcernedController, rows: Sequence[ConcernedItem], terms: Sequence[SearchTerm]
) -> dict[int, str]:
    """What the items say now, by their own id; without those that no longer hold what was searched for.

    Of nothing that has come to belong to another organisation meanwhile.
    """
    by_kind: dict[str, list[ConcernedItem]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    found: dict[int, str] = {}
    owner = controller.organisation_id
    for kind, of_kind in by_kind.items():
        if kind == Kind.AUDIT:
            titles = titles_in_quarantine()
            found |= {row.pk: without(titles, opened_copy(row.given)).text for row in of_kind if row.given}
        elif kind == Kind.VERSION:
            found |= {row.pk: text for row in of_kind if (text := _of_versions(row, owner, terms))}
        else:
            ids = [row.part_id for row in of_kind]
            texts = texts_of(Kind(kind), ids, terms, owner, with_hubs_own=controller.is_hub_owner)
            found |= {row.pk: texts[row.part_id] for row in of_kind if row.part_id in texts}
    return found


def _of_versions(row: ConcernedItem, owner: int | None, terms: Sequence[SearchTerm]) -> str:
    found = cursor().execute(VERSIONS_OF, {"event": row.event_id, "versions": row.versions, "org": owner})
    versions = found.fetchall()
    if not versions:
        return ""
    text = excerpts(str(versions[0][0]), [number for _, number, _ in versions], terms)
    published = ", ".join(f"{number} ({date_format(day, 'j F Y')})" for _, number, day in versions)
    return f"{published}\n{text}" if text else ""


VERSIONS_OF = """
SELECT v.event_uuid, v.version, to_timestamp(v.published_at)
FROM event_version v LEFT JOIN event e ON e.id = v.event_id
WHERE NOT coalesce(e.quarantined, FALSE)
AND v.event_id = %(event)s AND v.version = ANY(%(versions)s::int[]) AND coalesce((
    SELECT p.organisation_id FROM publishing_controller p
    WHERE p.event_uuid = v.event_uuid AND p.since <= v.published_at ORDER BY p.since DESC LIMIT 1
), e.org_id) = %(org)s
ORDER BY v.version DESC LIMIT 20
"""
