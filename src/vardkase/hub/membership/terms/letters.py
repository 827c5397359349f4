"""Mail about the terms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence import MailKind

FACTS = {
    "organisation": "Ekelunds vatten och avfall",
    "version": "2",
    "answer_by": "31 januari 2027",
    "terms_link": "https://hubben.example/terms/…",
}

ASKED = MailKind(
    "terms_asked",
    describes=_("To each member when a new version of the terms is published."),
    facts=FACTS,
    subject={
        "sv": "Nya allmänna villkor: svara senast den {answer_by}",
        "en": "New general terms: please answer by {answer_by}",
    },
    body={
        "sv": (
            "Hej,\n\n"
            "vi har beslutat om nya allmänna villkor, version {version}. För att {organisation} ska vara fortsatt "
            "medlem behöver en behörig företrädare för er godkänna dem **senast den {answer_by}**.\n\n"
            "Läs och godkänn villkoren här:\n\n{terms_link}\n\n"
            "Länken är personlig. Skicka den bara vidare till den som får företräda er."
        ),
        "en": (
            "Hello,\n\n"
            "we have decided on new general terms, version {version}. For {organisation} to stay a member, your "
            "signatory needs to accept them **by {answer_by}**.\n\n"
            "Read and accept the terms here:\n\n{terms_link}\n\n"
            "The link is personal. Pass it on only to somebody who may commit your organisation."
        ),
    },
)
REMINDER = MailKind(
    "terms_reminder",
    describes=_(
        "To each member that has not accepted the current terms: 14, 7 and 1 days before the last day, and after."
    ),
    facts=FACTS,
    subject={
        "sv": "Påminnelse: allmänna villkor, svara senast den {answer_by}",
        "en": "Reminder: general terms, please answer by {answer_by}",
    },
    body={
        "sv": (
            "Hej,\n\n"
            "vi har ännu inte fått ert svar på de nya allmänna villkoren, version {version}. Sista dag att svara för "
            "{organisation} är **den {answer_by}**.\n\n"
            "Läs och godkänn villkoren här:\n\n{terms_link}"
        ),
        "en": (
            "Hello,\n\n"
            "we have not yet had your answer about the new general terms, version {version}. The last day to answer "
            "for {organisation} is **{answer_by}**.\n\n"
            "Read and accept the terms here:\n\n{terms_link}"
        ),
    },
)
