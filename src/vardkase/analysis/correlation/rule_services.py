"""Services for correlation rules; a change takes effect with the next query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vardkase.analysis.audit_actions import AnalysisAction
from vardkase.analysis.correlation.exclusions import like_pattern
from vardkase.analysis.correlation.models import CorrelationRule, Selector
from vardkase.analysis.correlation.problems import CorrelationRuleProblem
from vardkase.audit.services import Target, record
from vardkase.core import json_limits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.fields import Readers, fill
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.fields import filled, text
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int

MOST = 100
LONGEST = 255
MOST_SELECTED = 1_000


def rules(actor: Actor) -> QuerySet[CorrelationRule]:
    actor.require(Permission.SITE_ADMIN)
    return CorrelationRule.objects.order_by("pk")


def find_rule(actor: Actor, reference: str) -> CorrelationRule:
    by_uuid = UUID.fullmatch(reference.lower())
    condition = {"uuid": reference} if by_uuid else {"pk": as_int(reference) or 0}
    return first_or_not_found(rules(actor).filter(**condition), CorrelationRuleProblem.NOT_FOUND())


@transaction.atomic
def add_rule(actor: Actor, data: Mapping[str, Any]) -> CorrelationRule:
    actor.require_writing()
    if rules(actor).count() >= MOST:
        raise Invalid({"name": [CorrelationRuleProblem.TOO_MANY(most=MOST)]})
    rule = CorrelationRule()
    _write(rule, data)
    record(actor, AnalysisAction.CORRELATION_RULE_ADDED, Target.of(rule), _audit_details(rule))
    return rule


@transaction.atomic
def edit_rule(actor: Actor, reference: str, data: Mapping[str, Any]) -> CorrelationRule:
    actor.require_writing()
    rule = find_rule(actor, reference)
    _write(rule, data)
    record(actor, AnalysisAction.CORRELATION_RULE_EDITED, Target.of(rule), _audit_details(rule))
    return rule


@transaction.atomic
def delete_rule(actor: Actor, reference: str) -> int:
    actor.require_writing()
    rule = find_rule(actor, reference)
    target, number = Target.of(rule), rule.pk
    rule.delete()
    record(actor, AnalysisAction.CORRELATION_RULE_DELETED, target)
    return number


def fill_rule(rule: CorrelationRule, data: Mapping[str, Any]) -> None:
    """Take over `data` as a client sends it, without storing the rule. Raises Invalid."""
    fill(rule, data, READERS)
    selected = rule.selector_list
    if rule.selector_type == Selector.EVENT_INFO:
        rule.numbers, rule.patterns = [], [_pattern(each) for each in selected]
    else:
        rule.numbers, rule.patterns = [_identifier(rule, each) for each in selected], []


def _write(rule: CorrelationRule, data: Mapping[str, Any]) -> None:
    fill_rule(rule, data)
    rule.timestamp = now_seconds()
    rule.save()


def type_of_selector(value: Any) -> str:
    name = text(value)
    if name not in Selector.values:
        raise Invalid(CorrelationRuleProblem.UNKNOWN_TYPE(choices=Selector.values))
    return name


def selected_entries(value: Any) -> list[Any]:
    try:
        entries = json_limits.decoded(value) if isinstance(value, str) else value
    except ValueError:
        entries = None
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_SELECTED:
        raise Invalid(CorrelationRuleProblem.NOT_A_LIST(most=MOST_SELECTED))
    return entries


def _identifier(rule: CorrelationRule, entry: Any) -> int:
    number = as_int(entry)
    if isinstance(entry, bool) or number is None or number < 1:
        of_events = rule.selector_type == Selector.EVENT_ID
        code = CorrelationRuleProblem.NOT_EVENTS if of_events else CorrelationRuleProblem.NOT_ORGANISATIONS
        raise Invalid({"selector_list": [code()]})
    return number


def _pattern(entry: Any) -> str:
    if not isinstance(entry, str) or len(entry) > LONGEST or "\x00" in entry or not entry.strip("%"):
        raise Invalid({"selector_list": [CorrelationRuleProblem.NOT_TEXTS(most=LONGEST)]})
    return like_pattern(entry)


def _audit_details(rule: CorrelationRule) -> dict[str, Any]:
    return {"selector_type": rule.selector_type, "selector_list": rule.selector_list[:100]}


READERS: Readers = {
    "name": filled("name", LONGEST),
    "comment": text,
    "selector_type": type_of_selector,
    "selector_list": selected_entries,
}
