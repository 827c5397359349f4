"""Queries for policies: in force, draft, and previous versions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor, from_jsonb
from vardkase.hub.policy.models import PolicyState, PolicyVersion
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.rules import DefaultsRule, ReachLimitRule, RetentionRule, Rule, stored_rules
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, numbers_written_in
from vardkase.identity.accounts.models import Role
from vardkase.identity.organisations.models import SharingGroup
from vardkase.intel.models import Event, EventTag
from vardkase.misp.flags import is_id


@dataclass(frozen=True)
class Policy:
    version_id: int
    organisation_id: int
    organisation_name: str
    rules: tuple[Rule, ...]

    @cached_property
    def groups(self) -> dict[str, int]:
        """Ids of the sharing groups that the rules name, by uuid; deleted ones are left out."""
        return group_ids(self.rules)


def policies_in_force(organisation_ids: Collection[int]) -> list[Policy]:
    rows = cursor().execute(IN_FORCE, {"organisations": list(organisation_ids)}).fetchall()
    return [Policy(pk, owner, name, stored_rules(from_jsonb(rules))) for pk, owner, name, rules in rows]


def policy_in_force(organisation_id: int) -> PolicyVersion | None:
    return PolicyVersion.objects.filter(organisation_id=organisation_id, state=PolicyState.IN_FORCE).first()


def draft_of(organisation_id: int) -> PolicyVersion | None:
    return PolicyVersion.objects.filter(organisation_id=organisation_id, state=PolicyState.DRAFT).first()


def versions(actor: Actor) -> QuerySet[PolicyVersion]:
    rows = PolicyVersion.objects.select_related("organisation").order_by("-number")
    sees_all = actor.is_site_admin and not actor.may_not_read_content
    return rows if sees_all else rows.filter(organisation_id=actor.organisation_id)


def find_version(actor: Actor, reference: int | str | UUID) -> PolicyVersion:
    text = str(reference)
    try:
        key = {"pk": int(text)} if is_id(text) else {"uuid": UUID(text)}
    except ValueError:
        raise NotFound(PolicyProblem.NO_SUCH_POLICY()) from None
    return first_or_not_found(versions(actor).filter(**key), PolicyProblem.NO_SUCH_POLICY())


def policy_of(version: PolicyVersion) -> Policy:
    return Policy(version.pk, version.organisation_id, version.organisation.name, stored_rules(version.rules))


def role_name(actor: Actor) -> str:
    return Role.objects.filter(pk=actor.role_id or 0).values_list("name", flat=True).first() or ""


def group_ids(rules: Collection[Rule]) -> dict[str, int]:
    return {str(group.uuid): group.pk for group in _groups(rules)}


def group_names(rules: Collection[Rule]) -> dict[str, str]:
    return {str(group.uuid): group.name for group in _groups(rules)}


def _groups(rules: Collection[Rule]) -> list[SharingGroup]:
    uuids = [uuid for rule in rules if isinstance(rule, ReachLimitRule) for uuid in rule.groups]
    uuids += [rule.group for rule in rules if isinstance(rule, DefaultsRule) and rule.group]
    return list(SharingGroup.objects.filter(uuid__in=uuids)) if uuids else []


def due_for_review(actor: Actor, version: PolicyVersion, limit: int = 200) -> list[tuple[int, str, str]]:
    """Id, info and date of own events that a retention rule wants reviewed, oldest first, readable by the
    actor."""
    # A title is content: the list has only what the actor may read.
    readable = f"SELECT e.id FROM event e WHERE {numbers_written_in(event_predicate(actor), actor)}"
    events_by_id: dict[int, tuple[int, str, str]] = {}
    for rule in policy_of(version).rules:
        if isinstance(rule, RetentionRule):
            before = int((timezone.now() - relativedelta(months=rule.months)).timestamp())
            own = Event.objects.filter(orgc_id=version.organisation_id, timestamp__lt=before)
            events = own.filter(pk__in=RawSQL(readable, ()))  # noqa: S611 - the actor's own numbers
            if rule.tags:
                events = events.filter(pk__in=_tagged(rule.tags))
            rows = events.order_by("timestamp").values_list("pk", "info", "date")[:limit]
            events_by_id |= {pk: (pk, info, day.isoformat()) for pk, info, day in rows}
    return list(events_by_id.values())[:limit]


def _tagged(patterns: Collection[str]) -> QuerySet[EventTag, int]:
    wanted = Q()
    for pattern in patterns:
        if pattern.endswith("*"):
            wanted |= Q(tag__name__istartswith=pattern[:-1])
        else:
            wanted |= Q(tag__name__iexact=pattern)
    return EventTag.objects.filter(wanted).values_list("event_id", flat=True)


# Without models: it runs whenever an event is created or published.
IN_FORCE = """
SELECT v.id, v.organisation_id, o.name, v.rules
FROM policy_version v JOIN organisation o ON o.id = v.organisation_id
WHERE v.state = 'in_force' AND v.organisation_id = ANY(%(organisations)s)
ORDER BY v.organisation_id
"""
