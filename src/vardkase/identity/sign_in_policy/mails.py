"""Mail about an organisation's sign-in policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify, notify_each
from vardkase.core.private_links import page_address, private_address
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.queries import recipients
from vardkase.identity.sign_in_policy.models import ClientCertificate, MailDomain

LINK = "/entrance/domain/"
type Group = tuple[list[Recipient], Facts]


def send_domain_link(claim: MailDomain, organisation: str, secret: str, asked_by: str) -> None:
    """Mail the link that proves a domain, in both languages: its reader has no account here."""
    facts = {
        "organisation": organisation,
        "domain": claim.domain,
        "person": asked_by,
        "hub": settings.BASE_URL,
        "link": private_address(LINK, secret),
    }
    notify("mail_domain_confirmation", None, [Recipient(f"{claim.mailbox}@{claim.domain}")], facts)


def notify_proof_wanted(people: Iterable[User], claim: MailDomain, ends: datetime) -> None:
    by_dns = claim.method == MailDomain.Method.DNS
    facts: Facts = {"domain": claim.domain, "day": timezone.localdate(ends), "link": _link(claim.org_id)}
    notify("mail_domain_record_gone" if by_dns else "mail_domain_due", None, recipients(people), facts)


def notify_proof_lost(people: Iterable[User], claim: MailDomain) -> None:
    facts = {"domain": claim.domain, "link": _link(claim.org_id)}
    notify("mail_domain_unverified", None, recipients(people), facts)


def key_ending(people: Iterable[User], key: AuthKey, ends: datetime) -> Group:
    facts: Facts = {
        "key": str(key),
        "day": timezone.localdate(ends),
        "email": key.user.email,
        "comment": key.comment or "",
        "link": _link(key.user.org_id),
    }
    return recipients(people), facts


def certificate_ending(people: Iterable[User], certificate: ClientCertificate, ends: datetime) -> Group:
    facts: Facts = {
        "subject": certificate.subject or certificate.fingerprint[:16],
        "day": timezone.localdate(ends),
        "link": _link(certificate.org_id),
    }
    return recipients(people), facts


def warn_of_keys(groups: Iterable[Group]) -> None:
    notify_each("api_key_expiring", None, groups)


def warn_of_certificates(groups: Iterable[Group]) -> None:
    notify_each("client_certificate_expiring", None, groups)


def _link(organisation_id: int) -> str:
    return page_address(f"/security/{organisation_id}/")
