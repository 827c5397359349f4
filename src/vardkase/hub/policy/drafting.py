"""Editing the draft policy, one rule at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from vardkase.core.errors import Conflict, NotFound
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.problems import PolicyProblem, RuleProblem
from vardkase.hub.policy.queries import draft_of, policy_in_force
from vardkase.hub.policy.services import save_draft
from vardkase.hub.policy.starters import find_starter
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation

IN_FORCE = "in_force"
EMPTY = "empty"


@transaction.atomic
def begin_draft(actor: Actor, source: str) -> PolicyVersion:
    """A new draft: from a template (its key), from the policy in force, or empty.

    Raises Conflict, NotFound, Forbidden.
    """
    if draft_of(actor.organisation_id) is not None:
        raise Conflict(PolicyProblem.DRAFT_EXISTS())
    if source == EMPTY:
        return save_draft(actor, [])
    if source != IN_FORCE:
        return save_draft(actor, find_starter(source).rules)
    policy = policy_in_force(actor.organisation_id)
    return save_draft(actor, policy.rules if policy else [])


def add_rule(actor: Actor, rule: dict[str, Any]) -> PolicyVersion:
    """Append a rule. Raises Invalid by field, Conflict if there is no draft, Forbidden."""
    return _save_changed(actor, lambda rules: rules.append(rule))


def change_rule(actor: Actor, number: int, rule: dict[str, Any]) -> PolicyVersion:
    def change(rules: list[dict[str, Any]]) -> None:
        rules[_index(rules, number)] = rule

    return _save_changed(actor, change)


def remove_rule(actor: Actor, number: int) -> PolicyVersion:
    return _save_changed(actor, lambda rules: rules.pop(_index(rules, number)))


def move_rule(actor: Actor, number: int, by: int) -> PolicyVersion:
    """Move a rule `by` places down, or up if negative; stops at either end."""

    def change(rules: list[dict[str, Any]]) -> None:
        rule = rules.pop(_index(rules, number))
        rules.insert(max(0, number - 1 + by), rule)

    return _save_changed(actor, change)


@transaction.atomic
def _save_changed(actor: Actor, change: Callable[[list[dict[str, Any]]], object]) -> PolicyVersion:
    # Two people may edit the draft at once: the second waits here, and reads what the first has saved.
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    draft = draft_of(actor.organisation_id)
    if draft is None:
        raise Conflict(PolicyProblem.NO_DRAFT())
    rules = list(draft.rules)
    change(rules)
    return save_draft(actor, rules, draft.note)


def _index(rules: list[dict[str, Any]], number: int) -> int:
    if not 1 <= number <= len(rules):
        raise NotFound(RuleProblem.NO_SUCH_RULE())
    return number - 1
