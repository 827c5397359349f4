"""Appeal instructions in decision letters; only a legal officer may change them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence.kinds import MailKind, register

APPEAL = "appeal"
FACTS = {
    "number": "2026-00017",
    "court": "Förvaltningsrätten i Stockholm",
    "appeal_period": "tre veckor från den dag då ni fick del av beslutet",
    "sender": "CERT-SE",
    "sender_address": "CERT-SE, Box 1, 104 22 Stockholm, cert@cert.example",
    "service": "Vårdkase",
}
"""A letter with this section has these facts."""


def register_appeal() -> None:
    register(
        MailKind(
            APPEAL,
            describes=_(
                "Part of decisions: how to appeal. A legal officer changes it, with a second person."
            ),
            facts=FACTS,
            subject={"sv": "Hur ni överklagar", "en": "How to appeal"},
            body={"sv": SWEDISH, "en": ENGLISH},
            is_letter=True,
            is_section=True,
        )
    )


SWEDISH = """
Ni kan överklaga beslutet. Ställ överklagandet till {court}, men skicka det till oss: {sender_address}.

Det ska ha kommit in till oss inom {appeal_period}.

Skriv vilket beslut ni överklagar (ärende {number} och beslutets datum), hur ni vill att det ska ändras och varför.

Har överklagandet kommit in i tid lämnar vi det vidare till domstolen, om vi inte själva ändrar beslutet så som ni vill.
""".strip()
ENGLISH = """
You may appeal against the decision. Address the appeal to {court}, but send it to us: {sender_address}.

It must have reached us within {appeal_period}.

Write which decision you appeal against (case {number} and its date), how you want it to be changed, and why.

If the appeal came in time we pass it on to the court, unless we ourselves change the decision as you wish.
""".strip()
