"""Tests rules against an organisation's published events: which event matches which rule. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.hub.policy.evaluation import MatchedRule, asking_second, forbidding
from vardkase.hub.policy.facts import facts_of_many
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.queries import policy_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters

DAYS = 30
MOST_SHOWN = 500
"""Events listed one by one; all are counted."""
LONGEST_SPAN = 3660
"""Days, some ten years."""


@dataclass(frozen=True, slots=True)
class TrialPeriod:
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class TrialFinding:
    """A published event that meets rules: those that `forbid` it, and those that require a second person."""

    event_id: int
    event_uuid: UUID
    info: str
    published: bool
    published_at: int
    forbidden: list[MatchedRule]
    held: list[MatchedRule]


@dataclass(slots=True)
class Trial:
    """The result; `by_rule` counts the events that met each rule, by its number."""

    span: TrialPeriod
    events: int = 0
    forbidden: int = 0
    held: int = 0
    by_rule: Counter[int] = field(default_factory=Counter)
    findings: list[TrialFinding] = field(default_factory=list)


def span_of(since: date | None = None, until: date | None = None) -> TrialPeriod:
    until = until or today()
    since = since or until - timedelta(days=DAYS)
    if since > until:
        raise Invalid({"since": [PolicyProblem.STARTS_AFTER_END()]})
    if (until - since).days > LONGEST_SPAN:
        raise Invalid({"since": [PolicyProblem.SPAN_TOO_LONG(count=LONGEST_SPAN)]})
    return TrialPeriod(since, until)


def try_policy(actor: Actor, version: PolicyVersion, span: TrialPeriod) -> Trial:
    """Apply the rules of a version to the organisation's own events, published in `span` and readable by the actor.

    Rules about people are not evaluated: those are checked when somebody publishes.
    """
    policy = policy_of(version)
    trial = Trial(span)
    published = {row[0]: row for row in _published(actor, version.organisation_id, span)}
    for facts in facts_of_many(list(published)):
        trial.events += 1
        forbidden = list(forbidding(policy.rules, facts, policy.groups))
        held = list(asking_second(policy.rules, facts))
        if forbidden or held:
            finding = TrialFinding(*published[facts.event_id], forbidden, held)
            trial.forbidden += bool(finding.forbidden)
            # An event that is refused is not also counted as waiting.
            trial.held += bool(finding.held and not finding.forbidden)
            trial.by_rule.update(met.number for met in (*finding.forbidden, *finding.held))
            if len(trial.findings) < MOST_SHOWN:
                trial.findings.append(finding)
    return trial


def _published(
    actor: Actor, organisation_id: int, span: TrialPeriod
) -> Iterator[tuple[int, UUID, str, bool, int]]:
    zone = timezone.get_current_timezone()
    first = datetime.combine(span.since, time.min, zone)
    # The last day counts whole, whatever its length: it has 23 or 25 hours when the clocks change.
    after = datetime.combine(span.until + timedelta(days=1), time.min, zone)
    parameters = {
        **reader_parameters(actor),
        "organisation": organisation_id,
        "first": int(first.timestamp()),
        "after": int(after.timestamp()),
    }
    yield from cursor().execute(PUBLISHED.format(visible=event_predicate(actor)), parameters)


PUBLISHED = """
SELECT e.id, e.uuid, e.info, e.published, e.publish_timestamp FROM event e
WHERE {visible} AND e.orgc_id = %(organisation)s
    AND e.publish_timestamp >= %(first)s AND e.publish_timestamp < %(after)s
ORDER BY e.publish_timestamp DESC, e.id DESC
"""
