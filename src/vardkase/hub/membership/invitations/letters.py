"""The invitation letter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence import MailKind

INVITATION = MailKind(
    "invitation",
    describes=_("To an organisation that an officer invites to apply: the one-time link."),
    facts={"link": "https://hub.example/apply/invited/#…", "expires": "10 februari 2026"},
    subject={"sv": "Inbjudan att ansöka om medlemskap", "en": "Invitation to apply for membership"},
    body={
        "sv": "Hej,\n\nvi bjuder in er att ansöka om medlemskap. Börja er ansökan här:\n\n{link}\n\nLänken gäller för "
        "en ansökan, till och med den {expires}. Dela den bara med dem som fyller i ansökan.",
        "en": "Hello,\n\nyou are invited to apply for membership. The link is good for one application, until "
        "{expires}.\n\n{link}",
    },
)
