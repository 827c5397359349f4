"""Preview of policy results before publication. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.hub.policy.evaluation import MatchedRule, asking_second, forbidding
from vardkase.hub.policy.facts import facts_of
from vardkase.hub.policy.queries import policies_in_force
from vardkase.hub.policy.reach import OF_DISTRIBUTION
from vardkase.intel.columns import EventRow


@dataclass(slots=True)
class PolicyPreview:
    """`forbidden`: what would be refused; `held`: what would wait for a second person. `is_asked`: a policy exists."""

    is_asked: bool = False
    forbidden: list[MatchedRule] = field(default_factory=list)
    held: list[MatchedRule] = field(default_factory=list)


def preview_policy(event: EventRow, distribution: int, sharing_group_id: int | None) -> PolicyPreview:
    preview = PolicyPreview()
    policies = policies_in_force({event.orgc_id, event.org_id})
    if not policies:
        return preview
    preview.is_asked = True
    facts = facts_of(event.id, OF_DISTRIBUTION[distribution], sharing_group_id)
    for policy in policies:
        preview.forbidden += forbidding(policy.rules, facts, policy.groups)
        preview.held += asking_second(policy.rules, facts)
    return preview
