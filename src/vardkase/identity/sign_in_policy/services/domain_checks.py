"""Re-verification of e-mail domains: the DNS record must remain, and a mail must be answered each year."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.queries import administrators_to_notify
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
    count = 0
    verified = MailDomain.objects.filter(verified__isnull=False).order_by("pk")
    for pk, domain, method, token in list(verified.values_list("pk", "domain", "method", "token")):
        has_proof = False
        if method == Method.DNS:
            try:
                # Before anything is locked: the name server is the organisation's own, and may be slow.
                has_proof = has_record(domain, token)
            except NoNameServer:
                continue
        count += _update_claim(pk, token, has_proof=has_proof)
    return count


@transaction.atomic
def _update_claim(pk: int, token: str, *, has_proof: bool) -> int:
    claim = (
        MailDomain.objects.select_for_update(of=("self",))
        .select_related("org")
        # The token has changed if another proof was requested while DNS was queried.
        .filter(pk=pk, token=token)
        .first()
    )
    if claim is None or claim.seen is None:
        return 0
    now = timezone.now()
    if claim.method == Method.DNS:
        claim.checked = now
        if has_proof:
            claim.seen, claim.warned = now, None
    ends = claim.seen + timedelta(days=(DOMAIN_GRACE if claim.method == Method.DNS else DOMAIN_PROOF).value)
    claim.save()
    if ends <= now:
        return _revoke(hub_actor(), claim)
    early = claim.method == Method.DNS or ends - now <= WARN_BEFORE
    if has_proof or not early or claim.warned:
        return 0
    claim.warned = now
    claim.save(update_fields=["warned"])
    mails.notify_proof_wanted(administrators_to_notify(claim.org_id), claim, ends)
    return 1


def _revoke(actor: Actor, claim: MailDomain) -> int:
    claim.verified = claim.warned = None
    claim.save()
    organisation = Organisation.objects.select_for_update().get(pk=claim.org_id)
    carry_over(organisation)
    written_down(actor, organisation, IdentityAction.ORGANISATION_DOMAIN_LAPSED, {"domain": claim.domain})
    mails.notify_proof_lost(administrators_to_notify(claim.org_id), claim)
    return 1
