"""Queries for retention: rules in their newest version, runs, and what is in them. For officers."""

from __future__ import annotations

from django.db.models import QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.retention.models import RetentionItem, RetentionRule, RetentionRun, RunState
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.rules import require_officer
from vardkase.identity.access.actor import Actor


def newest_rules() -> list[RetentionRule]:
    """Every rule in its newest version, by number; those no longer in force last."""
    found = RetentionRule.objects.order_by("number", "-version").distinct("number")
    return sorted(found, key=lambda rule: (rule.is_retired, rule.number))


def rules_in_force() -> list[RetentionRule]:
    day = today()
    return [rule for rule in newest_rules() if not rule.is_retired and rule.starts_on <= day]


def rules(actor: Actor) -> list[RetentionRule]:
    require_officer(actor)
    return newest_rules()


def find_rule(actor: Actor, number: int) -> RetentionRule:
    """The newest version. Raises NotFound, Forbidden."""
    return versions_of(actor, number)[0]


def versions_of(actor: Actor, number: int) -> list[RetentionRule]:
    """Every version, newest first. Raises NotFound, Forbidden."""
    require_officer(actor)
    found = RetentionRule.objects.filter(number=number).order_by("-version")
    first_or_not_found(found, RetentionProblem.NO_SUCH_RULE())
    return list(found)


def runs(actor: Actor) -> QuerySet[RetentionRun]:
    require_officer(actor)
    return RetentionRun.objects.all()


def find_run(actor: Actor, pk: int) -> RetentionRun:
    return first_or_not_found(runs(actor).filter(pk=pk), RetentionProblem.NO_SUCH_RUN())


def items_of(actor: Actor, run: RetentionRun) -> QuerySet[RetentionItem]:
    require_officer(actor)
    return run.items.select_related("rule", "organisation").order_by("pk")


def waiting_run() -> RetentionRun | None:
    """The dry run whose figures wait for a decision, if something in it can be carried out."""
    newest = RetentionRun.objects.order_by("-pk").first()
    if newest and newest.state == RunState.COUNTED and newest.affected:
        return newest
    return None
