"""Mail about an organisation's sign-in policy."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.mail.services import Mail
from vardkase.core.private_links import private_address
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.sign_in_policy.models import ClientCertificate, MailDomain

LINK = "/entrance/domain/"


def domain_link(claim: MailDomain, organisation: str, secret: str, asked_by: str) -> Mail:
    """The mail with the link that proves a domain, in both languages: its reader has no account here."""
    facts = {
        "organisation": organisation,
        "domain": claim.domain,
        "person": asked_by,
        "hub": settings.BASE_URL,
        "link": private_address(LINK, secret),
    }
    texts = []
    for language in ("sv", "en"):
        with translation.override(language):
            subject = gettext("Does %(domain)s belong to %(organisation)s?") % facts
            texts.append("\n\n".join(part % facts for part in _paragraphs()))
    return Mail(f"{claim.mailbox}@{claim.domain}", subject, "\n\n----\n\n".join(texts) + "\n")


def _paragraphs() -> tuple[str, ...]:
    return (
        gettext(
            "%(person)s says that the mail domain %(domain)s belongs to %(organisation)s, which is to use the hub for "
            "threat information at %(hub)s."
        ),
        gettext("Is that right? Then open this link within seven days and confirm:"),
        "%(link)s",
        gettext(
            "If not, do nothing: without your confirmation nobody can have an account with an "
            "address in the domain."
        ),
    )


def proof_wanted(person: User, claim: MailDomain, ends: datetime) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        facts = {"domain": claim.domain, "day": _day(ends)}
        subject = gettext("Verify the mail domain %(domain)s again by %(day)s") % facts
        if claim.method == MailDomain.Method.DNS:
            text = gettext(
                "The TXT record that verifies %(domain)s is gone. Set it again by %(day)s, or the "
                "domain is no longer verified, and accounts with addresses in it may be refused."
            )
        else:
            text = gettext(
                "A mail domain is verified once a year. Ask for a new e-mail for %(domain)s by "
                "%(day)s, or the domain is no longer verified, and accounts with addresses in it may "
                "be refused."
            )
        return Mail(person.email, subject, _with_link(text % facts, person.org_id))


def proof_lost(person: User, claim: MailDomain) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        facts = {"domain": claim.domain}
        subject = gettext("The mail domain %(domain)s is no longer verified") % facts
        text = (
            gettext("Verify %(domain)s again, so that accounts with addresses in it are not refused.") % facts
        )
        return Mail(person.email, subject, _with_link(text, person.org_id))


def key_ending(person: User, key: AuthKey, ends: datetime) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        facts = {"key": str(key), "day": _day(ends), "email": key.user.email, "comment": key.comment}
        subject = gettext("The API key %(key)s stops working on %(day)s") % facts
        text = gettext(
            "The key %(key)s of %(email)s stops working on %(day)s. Create a new one, give it to "
            "the programs that use this one, and revoke the old key."
        )
        note = gettext("Its comment: %(comment)s") % facts if key.comment else ""
        return Mail(
            person.email, subject, _with_link("\n\n".join(filter(None, (text % facts, note))), person.org_id)
        )


def certificate_ending(person: User, certificate: ClientCertificate, ends: datetime) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        facts = {"subject": certificate.subject or certificate.fingerprint[:16], "day": _day(ends)}
        subject = gettext("The client certificate %(subject)s expires on %(day)s") % facts
        text = gettext("Renew the certificate, and register the new one before %(day)s.") % facts
        return Mail(person.email, subject, _with_link(text, person.org_id))


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def _with_link(text: str, organisation_id: int) -> str:
    link = f"{settings.BASE_URL}/security/{organisation_id}/" if settings.BASE_URL else ""
    return "\n\n".join(part for part in (text, link) if part) + "\n"
