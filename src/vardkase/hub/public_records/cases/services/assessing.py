"""Assessing the material, item by item: release, mask, withhold, on which ground and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.law.kinds import LegalRuleKind, SecrecyGround
from vardkase.hub.law.queries import rules
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases.models import (
    Assessed,
    CaseItem,
    CaseState,
    ItemAssessment,
    RecordsCase,
    Requester,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.public_records.cases.services.opening import for_update
from vardkase.hub.public_records.cases.texts import LONGEST
from vardkase.identity.access.actor import Actor

MOST_MASKS = 200
LONGEST_MASK = 5_000


def grounds() -> dict[str, SecrecyGround]:
    """The grounds for secrecy that can be chosen, by key."""
    return {
        rule.key: rule.content
        for rule in rules(LegalRuleKind.GROUND)
        if not rule.is_retired and isinstance(rule.content, SecrecyGround)
    }


@transaction.atomic
def assess(actor: Actor, number: str, item_ids: Collection[int], data: Mapping[str, Any]) -> int:
    """Decide on items: `outcome`, `masks` (one text a line), `grounds` (keys), `harm`, `condition`; returns how many.

    A mask hides its text wherever it stands in the chosen items. Raises Forbidden, NotFound, TransitionRefused, and
    Invalid by field.
    """
    case = for_update(actor, number)
    if case.state not in (*CASE.steps["assess"].before, CaseState.ASSESSMENT):
        raise TransitionRefused(CASE.refusal(case.state, "assess"))
    items = list(case.items.filter(pk__in=list(item_ids)).defer("file"))
    if not items or len(items) < len(set(item_ids)):
        raise Invalid({"items": [RecordsProblem.NO_SUCH_ITEM()]})
    fields = _read(case, items, data)
    for item in items:
        masks = [text for text in fields["masks"] if any(text in value for _, value in item.fields_in_words)]
        # Of the chosen items, those without the text are released as they are.
        is_plain = fields["outcome"] == Assessed.MASK and not masks and not item.file_name
        kept = {**fields, "masks": masks}
        if is_plain:
            kept |= {"outcome": Assessed.RELEASE, "grounds": [], "harm": ""}
        ItemAssessment.objects.update_or_create(item=item, defaults={**kept, "by": actor.name})
    if case.state != CaseState.ASSESSMENT:
        take_step(actor, CASE, case, "assess")
    change = {"items": len(items), "outcome": fields["outcome"], "grounds": fields["grounds"]}
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_ASSESSED, **change)
    return len(items)


def unassessed(case: RecordsCase) -> int:
    return case.items.filter(assessment=None).count()


def _read(case: RecordsCase, items: Sequence[CaseItem], data: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[Problem]] = {}
    outcome = str(data.get("outcome") or "")
    if outcome not in Assessed.values:
        errors["outcome"] = [CommonProblem.NO_SUCH_CHOICE(choices=Assessed.values)]
    held_back = outcome in (Assessed.MASK, Assessed.WITHHOLD)
    masks = _masks(items, str(data.get("masks") or ""), errors) if outcome == Assessed.MASK else []
    chosen = list(dict.fromkeys(data.get("grounds") or [])) if held_back else []
    harm = str(data.get("harm") or "").replace("\r\n", "\n").strip() if held_back else ""
    condition = str(data.get("condition") or "").replace("\r\n", "\n").strip()
    if held_back and not chosen:
        errors["grounds"] = [RecordsProblem.GROUND_MISSING()]
    elif set(chosen) - grounds().keys():
        errors["grounds"] = [RecordsProblem.NO_SUCH_GROUND()]
    if (held_back and not harm) or len(harm) > LONGEST or "\0" in harm:
        errors["harm"] = [RecordsProblem.HARM_MISSING(most=LONGEST)]
    if len(condition) > LONGEST or "\0" in condition:
        errors["condition"] = [RecordsProblem.TEXT_MISSING(most=LONGEST)]
    elif condition and outcome == Assessed.WITHHOLD:
        errors["condition"] = [RecordsProblem.CONDITION_ON_RELEASE()]
    elif condition and (not case.name or case.requester != Requester.PRIVATE):
        errors["condition"] = [RecordsProblem.CONDITION_NEEDS_PERSON()]
    if errors:
        raise Invalid(errors)
    return {"outcome": outcome, "masks": masks, "grounds": chosen, "harm": harm, "condition": condition}


def _masks(items: Sequence[CaseItem], given: str, errors: dict[str, list[Problem]]) -> list[str]:
    """The texts to mask, longest first: one may stand in another."""
    lines = [line.strip() for line in given.replace("\0", "").splitlines() if line.strip()]
    masks = sorted(dict.fromkeys(lines), key=len, reverse=True)
    has_files = any(item.file_name for item in items)
    if not masks and not has_files:
        errors["masks"] = [RecordsProblem.MASK_MISSING()]
    elif len(masks) > MOST_MASKS or any(len(mask) > LONGEST_MASK for mask in masks):
        errors["masks"] = [RecordsProblem.TOO_MANY_MASKS(most=MOST_MASKS)]
    else:
        texts = [value for item in items for _, value in item.fields_in_words]
        missing = [mask for mask in masks if not any(mask in text for text in texts)]
        if missing:
            errors["masks"] = [RecordsProblem.MASK_NOT_FOUND(text=mask[:60]) for mask in missing[:5]]
    return masks
