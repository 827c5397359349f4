"""Re-verification of mail domains: the DNS record must remain, and a mail must be answered each year."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.jobs import hub_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy import mails
from vardkase.identity.sign_in_policy.dns import NoNameServer, has_record
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.services.common import written_down
from vardkase.identity.sign_in_policy.services.domains import carry_over
from vardkase.identity.sign_in_policy.settings import DOMAIN_GRACE, DOMAIN_PROOF

WARN_BEFORE = timedelta(days=30)
Method = MailDomain.Method


def recheck_domains() -> int:
    verified = MailDomain.objects.filter(verified__isnull=False).order_by("pk")
    facts = list(verified.values_list("pk", "domain", "method", "token"))
    return sum(_look_at(*each) for each in facts)


def _look_at(pk: int, domain: str, method: str, token: str) -> int:
    """DNS is queried before anything is locked, because it may be slow."""
    is_there = False
    if method == Method.DNS:
        try:
            is_there = has_record(domain, token)
        except NoNameServer:
            return 0
    return _judge(pk, token, is_there=is_there)


@transaction.atomic
def _judge(pk: int, token: str, *, is_there: bool) -> int:
    claim = (
        MailDomain.objects.select_for_update(of=("self",))
        .select_related("org")
        .filter(pk=pk, token=token)
        .first()
    )
    if claim is None or claim.seen is None:
        return 0
    now = timezone.now()
    if claim.method == Method.DNS:
        claim.checked = now
        if is_there:
            claim.seen, claim.warned = now, None
    ends = claim.seen + timedelta(days=(DOMAIN_GRACE if claim.method == Method.DNS else DOMAIN_PROOF).value)
    claim.save()
    if ends <= now:
        return _given_up(hub_actor(), claim)
    early = claim.method == Method.DNS or ends - now <= WARN_BEFORE
    if is_there or not early or claim.warned:
        return 0
    claim.warned = now
    claim.save(update_fields=["warned"])
    mails.tell_proof_wanted(administrators(claim.org_id), claim, ends)
    return 1


def _given_up(actor: Actor, claim: MailDomain) -> int:
    claim.verified = claim.warned = None
    claim.save()
    organisation = Organisation.objects.select_for_update().get(pk=claim.org_id)
    carry_over(organisation)
    written_down(actor, organisation, IdentityAction.ORGANISATION_DOMAIN_LAPSED, {"domain": claim.domain})
    mails.tell_proof_lost(administrators(claim.org_id), claim)
    return 1


def administrators(organisation_id: int) -> list[User]:
    people = active_users().filter(org_id=organisation_id, role__perm_admin=True)
    return list(people.exclude(role__perm_sync=True, role__perm_site_admin=False))
