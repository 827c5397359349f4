"""Enforcement modes of an organisation's sign-in rules."""

from __future__ import annotations

from django.db import transaction

from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation, SignInMode
from vardkase.identity.sign_in_policy.certificates import Certificate
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.rules import may_decide
from vardkase.identity.sign_in_policy.services.common import changing, keep_open, written_down

RULES = ("networks", "certificates", "domains", "keys")


@transaction.atomic
def set_modes(
    actor: Actor,
    organisation: Organisation,
    *,
    networks: str | None = None,
    certificates: str | None = None,
    domains: str | None = None,
    keys: str | None = None,
    shown: Certificate | None = None,
) -> Organisation:
    """Set each given rule to "off", "report" or "enforce".

    `keys` is whether keys of sync users must be bound to addresses and expire; `shown` is the actor's client
    certificate. Raises Invalid for another mode, for enforcing a rule with nothing registered, and if the
    actor would be locked out; Forbidden.
    """
    if not may_decide(actor, organisation.pk):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    organisation = changing(actor, organisation)
    wanted = dict(zip(RULES, (networks, certificates, domains, keys), strict=True))
    change: dict[str, list[str]] = {}
    for rule, mode in wanted.items():
        column = f"{rule}_mode"
        if mode is None or mode == getattr(organisation, column):
            continue
        if mode not in SignInMode.values:
            raise Invalid({rule: [SignInPolicyProblem.UNKNOWN_MODE()]})
        if mode != SignInMode.ENFORCE and rule in organisation.required_sign_in:
            raise Invalid({rule: [SignInPolicyProblem.REQUIRED_BY_HUB()]})
        change[rule] = [str(getattr(organisation, column)), str(mode)]
        setattr(organisation, column, mode)
    keep_open(actor, organisation, *(rule for rule in change if rule != "keys"), shown=shown)
    if change:
        organisation.save(update_fields=[*(f"{rule}_mode" for rule in change), "date_modified"])
        written_down(actor, organisation, IdentityAction.ORGANISATION_ENTRANCE_MODES_SET, change)
    return organisation
