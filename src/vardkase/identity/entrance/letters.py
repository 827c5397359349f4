"""Mail about an organisation's entrance."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from vardkase.core.mail.services import Mail
from vardkase.identity.entrance.models import MailDomain

LINK = "/entrance/domain/"


def domain_link(claim: MailDomain, organisation: str, secret: str, asked_by: str) -> Mail:
    """The mail whose link proves a domain, in both languages: who reads such a mailbox has no account here."""
    facts = {
        "organisation": organisation,
        "domain": claim.domain,
        "person": asked_by,
        "hub": settings.BASE_URL,
        "link": f"{settings.BASE_URL}{LINK}{secret}/",
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
            "Is it not? Then do nothing: without your confirmation nobody can have an account with an address in the "
            "domain."
        ),
    )
