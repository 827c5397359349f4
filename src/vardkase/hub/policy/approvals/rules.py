"""Rules on who may decide a request."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.hub.policy.models import PublicationApproval
from vardkase.hub.policy.problems import PublicationApprovalProblem
from vardkase.hub.policy.queries import role_name
from vardkase.hub.policy.rules import FourEyesRule, is_named, stored_rules
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.persons import is_same_person
from vardkase.identity.accounts.four_eyes.rules import NotEligibleToApprove, require_means
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import reading_users


def asking_rules(approval: PublicationApproval) -> list[FourEyesRule]:
    rules = stored_rules(approval.policy.rules)
    # Numbers count from 1, as people read them.
    asking = (rules[number - 1] for number in approval.rules if 0 < number <= len(rules))
    return [rule for rule in asking if isinstance(rule, FourEyesRule)]


def may_decide(actor: Actor, approval: PublicationApproval, role: str = "") -> bool:
    """True for another person of the same organisation who may publish and is named by every rule.

    Never the console, whichever account it names. `role` is the actor's role name, looked up unless given.
    """
    if actor.user_id is None or actor.login or actor.user_id == approval.requester_id:
        return False
    if actor.organisation_id != approval.organisation_id or not actor.may(Permission.PUBLISH):
        return False
    role = role or role_name(actor)
    return all(is_named(rule.roles, rule.users, actor.name, role) for rule in asking_rules(approval))


def require_second_person(actor: Actor, approval: PublicationApproval) -> None:
    """Raise NotEligibleToApprove unless the actor is another person than the requester, with own credentials.

    An administrator can create keys and set passwords for colleagues, and may have several accounts on one
    mailbox.
    """
    require_means(actor, User.objects.filter(pk=actor.user_id or 0).first())
    if is_same_person(actor, approval.requester_id, approval.requester_name):
        raise NotEligibleToApprove(PublicationApprovalProblem.OWN_REQUEST())


def refusal(actor: Actor, approval: PublicationApproval) -> str:
    """Why a person named by the rules may not decide now, in words."""
    try:
        require_second_person(actor, approval)
    except NotEligibleToApprove as refused:
        return str(refused)
    return ""


def deciders(approval: PublicationApproval) -> list[User]:
    people = reading_users().filter(org_id=approval.organisation_id, role__perm_publish=True)
    asking = asking_rules(approval)
    return [
        user
        for user in people.exclude(pk=approval.requester_id or 0).select_related("role").order_by("email")
        if _is_decider(asking, user)
    ]


def may_be_second(organisation_id: int, rule: FourEyesRule) -> list[str]:
    """The addresses of those in an organisation who may be the second person by one rule."""
    people = reading_users().filter(org_id=organisation_id, role__perm_publish=True).select_related("role")
    return [user.email for user in people.order_by("email") if _is_decider([rule], user)]


def _is_decider(asking: Sequence[FourEyesRule], user: User) -> bool:
    return all(is_named(rule.roles, rule.users, user.email, user.role.name) for rule in asking)
