"""Mail to organisations about groups: proposed and current external administrators."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target
from vardkase.hub.correspondence import MailKind, Recipient, register, send
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.models import Organisation

SAMPLE = {
    "organisation": "Exempelköpings kommun",
    "group": "Kommunerna i länet",
    "administrator": "admin@region.example",
    "person": "admin@kommun.example",
}
KINDS = (
    MailKind(
        "organisation_group_asked",
        describes=_("An organisation is asked to let group administrators manage its accounts"),
        facts={**SAMPLE, "link": "https://hub.example/groups/"},
        subject={
            "sv": "{organisation} har lagts in i gruppen {group}",
            "en": "{organisation} has been put into the group {group}",
        },
        body={
            "sv": "Hej,\n\n{person} har lagt in {organisation} i gruppen {group}. Gruppens administratör "
            "{administrator} får lägga till, stänga av och slå på konton hos er först när en administratör hos er har "
            "godkänt det. Svara här:\n\n{link}\n\nOm ni inte svarar händer ingenting.",
            "en": "Hello,\n\n{person} has put {organisation} into the group {group}. The administrator of the group, "
            "{administrator}, can add accounts of your organisation and switch them off and on only after an "
            "administrator of yours has accepted. Answer here:\n\n{link}\n\nIf you do not answer, nothing happens.",
        },
    ),
    MailKind(
        "organisation_group_accepted",
        describes=_("An organisation has allowed a group administrator to manage its accounts"),
        facts=SAMPLE,
        subject={
            "sv": "{administrator} får sköta konton för {organisation}",
            "en": "{administrator} can look after accounts of {organisation}",
        },
        body={
            "sv": "Hej,\n\n{person} har godkänt att {administrator}, som är administratör för gruppen {group}, sköter "
            "konton och kontakter för {organisation}. En administratör hos {organisation} kan när som helst ta "
            "tillbaka godkännandet.",
            "en": "Hello,\n\n{person} has accepted that {administrator}, an administrator of the group {group}, looks "
            "after accounts and contacts of {organisation}. An administrator of {organisation} can withdraw this at "
            "any time.",
        },
    ),
    MailKind(
        "organisation_group_withdrawn",
        describes=_("An organisation no longer lets a group administrator manage its accounts"),
        facts=SAMPLE,
        subject={
            "sv": "{administrator} får inte längre sköta konton för {organisation}",
            "en": "{administrator} no longer looks after accounts of {organisation}",
        },
        body={
            "sv": "Hej,\n\n{person} har tagit tillbaka godkännandet av att {administrator}, som är administratör för "
            "gruppen {group}, sköter konton och kontakter för {organisation}.",
            "en": "Hello,\n\n{person} has withdrawn the consent that let {administrator}, an administrator of the "
            "group {group}, look after accounts and contacts of {organisation}.",
        },
    ),
)


def register_kinds() -> None:
    for kind in KINDS:
        register(kind)


def ask(actor: Actor, group: OrganisationGroup, organisation: Organisation, emails: Iterable[str]) -> None:
    facts = {
        "organisation": organisation.name,
        "group": group.name,
        "administrator": ", ".join(emails),
        "person": actor.name,
    }
    link = {"link": f"{settings.BASE_URL}/groups/"}
    about = Target("organisation_group", group.pk, title=group.name)
    send(actor, "organisation_group_asked", _of(organisation.pk), facts, private=link, about=about)


def announce(actor: Actor, group: OrganisationGroup, administrator: User, answer: str) -> None:
    facts = {
        "organisation": actor.organisation_name,
        "group": group.name,
        "administrator": administrator.email,
        "person": actor.name,
    }
    people = [*_of(actor.organisation_id), Recipient(administrator.email, administrator.language)]
    about = Target("organisation_group", group.pk, title=group.name)
    send(actor, f"organisation_group_{answer}", people, facts, about=about)


def _of(organisation_id: int) -> list[Recipient]:
    people = active_users().filter(org=organisation_id, role__perm_admin=True, role__perm_sync=False)
    return [Recipient(each.email, each.language) for each in people.order_by("pk")]
