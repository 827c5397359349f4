"""Common parts of changes to a sign-in policy: permissions, lock-out protection, audit entry."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.organisations.models import Organisation, SignInMode, SignInRule
from vardkase.identity.sign_in_policy.certificates import Certificate
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.rules import SignInAttempt, may_secure, violations


def changing(actor: Actor, organisation: Organisation) -> Organisation:
    """The organisation's row, locked, if `actor` may change its sign-in policy. Raises Forbidden.

    Also allowed if membership has made the organisation read-only: restricting access is not sharing content.
    """
    if actor.credential is Credential.READ_ONLY_KEY or not may_secure(actor, organisation.pk):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def keep_open(
    actor: Actor, organisation: Organisation, *rules: str, shown: Certificate | None = None
) -> None:
    """Raise Invalid if an enforced rule among these has nothing registered, or would lock out the actor.

    `shown` is the actor's client certificate. The console is never locked out, and can repair mistakes.
    """
    for rule in rules:
        required = rule == "domains" and SignInRule.DOMAINS in organisation.required_sign_in
        is_enforced = required or getattr(organisation, f"{rule}_mode") == SignInMode.ENFORCE
        if is_enforced and not getattr(organisation, HELD[rule]):
            raise Invalid({rule: [NOTHING_HELD[rule]()]})
    sources = ANSWERED_BY["source"].intersection(rules)
    has_source = organisation.networks or organisation.certificate_pins
    if sources and SignInRule.SOURCE in organisation.required_sign_in and not has_source:
        raise Invalid({min(sources): [SignInPolicyProblem.NO_SOURCE_LEFT()]})
    if actor.user_id is None or actor.organisation_id != organisation.pk:
        return
    yourself = SignInAttempt(actor.name, actor.address, shown, timezone.now())
    for refusal in violations(organisation, yourself):
        if refusal.is_enforced and not ANSWERED_BY.get(refusal.reason.rule, {refusal.reason.rule}).isdisjoint(
            rules
        ):
            raise Invalid({rules[0]: [SignInPolicyProblem.LOCKS_OUT(refusal=refusal.problem)]})


ANSWERED_BY = {"source": {"networks", "certificates"}}
"""Rules of the hub owner that any of several rules of an organisation satisfies."""
HELD = {"networks": "networks", "certificates": "certificate_pins", "domains": "verified_domains"}
"""The field of the organisation that holds what each rule compares."""


NOTHING_HELD = {
    "networks": SignInPolicyProblem.NO_NETWORKS,
    "certificates": SignInPolicyProblem.NO_CERTIFICATES,
    "domains": SignInPolicyProblem.NO_DOMAINS,
}


def written_down(
    actor: Actor, organisation: Organisation, action: AuditAction, change: dict[str, Any]
) -> None:
    target = Target("organisation", organisation.pk, organisation.uuid, organisation.name)
    record(actor, action, target, change)
