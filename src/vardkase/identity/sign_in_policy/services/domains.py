"""E-mail domains of an organisation: claim, verify by mail or DNS, re-verify, release."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.mail.services import TooManyMessages, can_send, count_messages
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.names import skeleton
from vardkase.identity.organisations.rules import plain_domain
from vardkase.identity.sign_in_policy import mails
from vardkase.identity.sign_in_policy.dns import NoNameServer, has_record
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.services.common import changing, keep_open, written_down
from vardkase.identity.sign_in_policy.settings import DOMAIN_GRACE, DOMAIN_PROOF

MAILBOXES = ("postmaster", "hostmaster", "webmaster", "administrator", "admin")
"""Addresses that only those who run a domain can read (RFC 2142 and the CA/Browser Forum's list)."""

# Host names of RFC 1123. The last label begins with a letter, so that no IP address is one.
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
LINK_HOLDS = timedelta(days=7)
MOST = 50
MAIL_EVERY = timedelta(minutes=5)
MAILS_AN_HOUR = 20
"""From one person, whatever the domains: one that was given up can be claimed again at once."""
Method = MailDomain.Method


@transaction.atomic
def start_domain_check(
    actor: Actor, organisation: Organisation, domain: str, method: str, mailbox: str = ""
) -> MailDomain:
    """Claim an e-mail domain, or request a new proof: a mail to `mailbox`@domain, or a TXT record.

    The record is ``_vardkase.<domain>`` with "vardkase-domain-verification=<token>". A verified domain stays
    verified meanwhile. Raises Invalid by field, Conflict if a mail was sent just now, Forbidden.
    """
    organisation = changing(actor, organisation)
    name = plain_domain(domain.rpartition("@")[2])
    _check(organisation, name, method, mailbox)
    row = organisation.mail_domains.filter(domain=name).first() or MailDomain(org=organisation, domain=name)
    now = timezone.now()
    if method == Method.MAIL and row.mailbox and row.asked > now - MAIL_EVERY:
        raise Conflict(SignInPolicyProblem.MAILED_A_MOMENT_AGO())
    secret = secrets.token_urlsafe(24)
    if row.seen and row.method == Method.DNS and method == Method.MAIL:
        # A missing record ends the proof soon; asking for a mail, which is valid for longer, must not postpone that.
        row.seen = min(row.seen, now - timedelta(days=max(DOMAIN_PROOF.value - DOMAIN_GRACE.value, 0)))
    row.method, row.asked, row.added_by = method, now, actor.name
    row.mailbox = mailbox if method == Method.MAIL else ""
    # A secret that is mailed is stored as a digest; one in the DNS is public anyway.
    row.token = _digest(secret) if method == Method.MAIL else secret
    row.save()
    if method == Method.MAIL:
        _count_mail(actor)
        mails.send_domain_link(row, organisation.name, secret, actor.name)
    written_down(
        actor,
        organisation,
        IdentityAction.ORGANISATION_DOMAIN_CLAIMED,
        {"domain": name, "method": method, "mailbox": mailbox},
    )
    return row


def _count_mail(actor: Actor) -> None:
    if actor.user_id is None:
        return
    try:
        count_messages(actor.user_id, allowed=MAILS_AN_HOUR)
    except TooManyMessages:
        raise Conflict(SignInPolicyProblem.TOO_MANY_MAILS()) from None


def find_by_link(secret: str) -> MailDomain:
    """The claim of a mailed link. Raises NotFound if it is used, replaced or older than a week."""
    claim = MailDomain.objects.select_related("org").filter(method=Method.MAIL, token=_digest(secret)).first()
    if claim is None or claim.asked < timezone.now() - LINK_HOLDS:
        raise NotFound(SignInPolicyProblem.LINK_GONE())
    return claim


@transaction.atomic
def confirm_by_link(actor: Actor, secret: str) -> MailDomain:
    claim = find_by_link(secret)
    organisation = Organisation.objects.select_for_update().get(pk=claim.org_id)
    claim.token = _digest(secrets.token_urlsafe(24))
    _verified(actor, organisation, claim)
    return claim


def check_record(actor: Actor, organisation: Organisation, pk: int) -> bool:
    """Query a claim's TXT record now; returns whether it was found.

    DNS is queried without holding locks: the name server is the claimant's, and may be slow. Raises Conflict
    if it does not answer, or another proof was requested meanwhile.
    """
    with transaction.atomic():
        claim = _claim(changing(actor, organisation), pk)
    if claim.method != Method.DNS:
        raise Invalid(SignInPolicyProblem.VERIFIED_BY_MAIL())
    try:
        found = has_record(claim.domain, claim.token)
    except NoNameServer:
        raise Conflict(SignInPolicyProblem.NO_NAME_SERVER()) from None
    _looked_for(actor, organisation, claim, found=found)
    return found


@transaction.atomic
def _looked_for(actor: Actor, organisation: Organisation, asked: MailDomain, *, found: bool) -> None:
    organisation = changing(actor, organisation)
    claim = _claim(organisation, asked.pk)
    if (claim.method, claim.token) != (asked.method, asked.token):
        raise Conflict(SignInPolicyProblem.NEWER_VERIFICATION())
    claim.checked = timezone.now()
    if found:
        _verified(actor, organisation, claim)
    else:
        claim.save(update_fields=["checked"])


@transaction.atomic
def remove_domain(actor: Actor, organisation: Organisation, pk: int) -> None:
    organisation = changing(actor, organisation)
    claim = _claim(organisation, pk)
    claim.delete()
    carry_over(organisation)
    keep_open(actor, organisation, "domains")
    written_down(actor, organisation, IdentityAction.ORGANISATION_DOMAIN_REMOVED, {"domain": claim.domain})


def carry_over(organisation: Organisation) -> None:
    verified = organisation.mail_domains.filter(verified__isnull=False).order_by("domain")
    # Copied to the organisation's row, which each key and session loads anyway.
    organisation.verified_domains = [claim.domain for claim in verified]
    organisation.save(update_fields=["verified_domains", "date_modified"])


def _verified(actor: Actor, organisation: Organisation, claim: MailDomain) -> None:
    is_new = claim.verified is None
    claim.checked = claim.seen = timezone.now()
    claim.warned = None
    claim.verified = claim.verified or claim.seen
    claim.save()
    carry_over(organisation)
    if is_new:
        facts = {"domain": claim.domain, "method": claim.method, "mailbox": claim.mailbox}
        written_down(actor, organisation, IdentityAction.ORGANISATION_DOMAIN_VERIFIED, facts)


def _check(organisation: Organisation, name: str, method: str, mailbox: str) -> None:
    if not DOMAIN.fullmatch(name):
        raise Invalid({"domain": [SignInPolicyProblem.NOT_A_DOMAIN()]})
    if other := _lookalike(organisation, name):
        raise Invalid({"domain": [SignInPolicyProblem.DOMAIN_RESEMBLES(other=other)]})
    if method not in Method.values:
        raise Invalid({"method": [SignInPolicyProblem.UNKNOWN_METHOD()]})
    if method == Method.MAIL and mailbox not in MAILBOXES:
        raise Invalid({"mailbox": [CommonProblem.NO_SUCH_CHOICE(choices=MAILBOXES)]})
    if method == Method.MAIL and not can_send():
        raise Invalid({"method": [SignInPolicyProblem.NO_MAIL()]})
    if organisation.mail_domains.count() >= MOST:
        raise Invalid({"domain": [SignInPolicyProblem.TOO_MANY_DOMAINS(count=MOST)]})


def _lookalike(organisation: Organisation, name: str) -> str:
    shape = skeleton(_readable(name))
    verified = MailDomain.objects.exclude(org=organisation).filter(verified__isnull=False)
    others = verified.exclude(domain=name).values_list("domain", flat=True)
    return next((other for other in others if skeleton(_readable(other)) == shape), "")


def _readable(domain: str) -> str:
    try:
        # In Unicode, since look-alikes do not show in the form of the DNS.
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain


def _claim(organisation: Organisation, pk: int) -> MailDomain:
    return first_or_not_found(
        organisation.mail_domains.select_for_update().filter(pk=pk), SignInPolicyProblem.DOMAIN_NOT_FOUND()
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
