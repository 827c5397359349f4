"""Enforces policies when intelligence is released: called by `intel.hooks`, in the releasing transaction.

An event is under the policy of the organisation that created it and under that of the one that holds it here. An
organisation without a policy costs one look into an index.
"""

from __future__ import annotations

from vardkase.hub.policy.approvals.services import is_approved, request_approval
from vardkase.hub.policy.errors import PolicyForbids
from vardkase.hub.policy.evaluation import asking_second, forbidding, keeping_out
from vardkase.hub.policy.facts import PublicationFacts, facts_of
from vardkase.hub.policy.queries import Policy, policies_in_force, role_name
from vardkase.hub.policy.reach import DISTRIBUTION_OF, OF_DISTRIBUTION, PolicyReach
from vardkase.hub.policy.rules import Action, DefaultsRule, RuleAudience
from vardkase.hub.training.queries import modules_of
from vardkase.identity.access.actor import Actor
from vardkase.intel.hooks import BeforeCreation, BeforeDelegation, BeforePublication
from vardkase.intel.models import Event


def check_creation(proposal: BeforeCreation) -> None:
    """Refuse users who may not create events, and apply the policy's defaults. Raises PolicyForbids."""
    actor = proposal.actor
    if actor.is_connection:  # A connection forwards what was created elsewhere.
        return
    for policy in policies_in_force([actor.organisation_id]):
        _refuse_person(policy, actor, Action.CREATE)
        for rule in policy.rules:
            if isinstance(rule, DefaultsRule):
                _fill_in(proposal, rule, policy)


def check_publication(proposal: BeforePublication) -> None:
    """Refuse what a rule forbids; hold what needs a second person's approval. Raises PolicyForbids."""
    actor, event = proposal.actor, proposal.event
    policies = policies_in_force(_concerned(actor, event))
    if not policies:
        return
    facts = facts_of(event.pk)
    for policy in policies:
        # Who asked for the approval was checked then; the second person need not be a publisher by the rules.
        if not is_approved(event, policy.organisation_id):
            _refuse_person(policy, actor, Action.PUBLISH)
        _refuse_content(policy, actor, facts)
        if _is_held(policy, proposal, facts):
            proposal.held = True


def check_delegation(proposal: BeforeDelegation) -> None:
    """Refuse delegation by people, or of events, that the policy excludes. Raises PolicyForbids.

    A delegated event reaches at least one other organisation. Events that need a second person's approval
    cannot be delegated by one.
    """
    actor, event = proposal.actor, proposal.event
    reach = OF_DISTRIBUTION[proposal.distribution or 0]
    reach = reach if reach.goes_as_far_as(PolicyReach.SHARING_GROUP) else PolicyReach.SHARING_GROUP
    for policy in policies_in_force(_concerned(actor, event)):
        _refuse_person(policy, actor, Action.DELEGATE)
        facts = facts_of(event.pk, reach, proposal.sharing_group_id)
        _refuse_content(policy, actor, facts)
        for met in asking_second(policy.rules, facts):  # The first one is reason enough.
            raise PolicyForbids(met, policy.organisation_name, own=_is_own(policy, actor))


def _concerned(actor: Actor, event: Event) -> set[int]:
    # What a connection brings is not released by the organisation that holds it here.
    return {event.orgc_id} if actor.is_connection else {event.orgc_id, event.org_id}


def _refuse_person(policy: Policy, actor: Actor, action: Action) -> None:
    """Raise PolicyForbids unless the rules let the person do it.

    They apply to the organisation's people, and to site administrators who act for it; not to the console,
    nor to forwarding what the organisation has released elsewhere.
    """
    acts_for = _is_own(policy, actor) or actor.is_site_admin
    if (
        actor.user_id is None
        or not acts_for
        or not any(isinstance(rule, RuleAudience) for rule in policy.rules)
    ):
        return
    met = keeping_out(policy.rules, action, actor.name, role_name(actor), modules_of(actor.user_id))
    if met is not None:
        raise PolicyForbids(met, policy.organisation_name, own=_is_own(policy, actor))


def _refuse_content(policy: Policy, actor: Actor, facts: PublicationFacts) -> None:
    for met in forbidding(policy.rules, facts, policy.groups):
        raise PolicyForbids(met, policy.organisation_name, own=_is_own(policy, actor))


def _is_held(policy: Policy, proposal: BeforePublication, facts: PublicationFacts) -> bool:
    """True if the event waits for a second person, who is then asked.

    Applies to all events that the organisation owns here, whatever its creator. Events it created but another
    organisation owns here wait only when its own people publish them, not when the other forwards them.
    """
    actor, event = proposal.actor, proposal.event
    if actor.is_connection:
        return False
    holds = event.org_id == policy.organisation_id
    if not holds and not (_is_own(policy, actor) or actor.is_site_admin):
        return False
    asking = list(asking_second(policy.rules, facts))
    if not asking or is_approved(event, policy.organisation_id):
        return False
    request_approval(actor, event, policy, asking, notify=proposal.notify)
    return True


def _is_own(policy: Policy, actor: Actor) -> bool:
    return policy.organisation_id == actor.organisation_id


def _fill_in(proposal: BeforeCreation, rule: DefaultsRule, policy: Policy) -> None:
    # A default gives way to a tag of the same taxonomy and predicate: tlp:green to a chosen tlp:amber.
    scopes = {_scope(tag) for tag in proposal.given}
    proposal.tags.extend(tag for tag in rule.tags if _scope(tag) not in scopes)
    if proposal.distribution is not None or rule.reach is None:
        return
    group = policy.groups.get(rule.group) if rule.reach is PolicyReach.SHARING_GROUP else None
    # Creating the event would fail if the creator is not in the group; the default then does not apply.
    if rule.reach is PolicyReach.SHARING_GROUP and group not in proposal.actor.sharing_group_ids:
        return
    proposal.distribution, proposal.sharing_group_id = DISTRIBUTION_OF[rule.reach], group


def _scope(tag: str) -> str:
    return tag.rpartition(":")[0].lower() or tag.lower()
