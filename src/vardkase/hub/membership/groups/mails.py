"""Mail to organisations about groups: proposed and current external administrators."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from vardkase.audit.services import Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.models import Organisation


def ask(actor: Actor, group: OrganisationGroup, organisation: Organisation, emails: Iterable[str]) -> None:
    facts = {
        "organisation": organisation.name,
        "group": group.name,
        "administrator": ", ".join(emails),
        "person": actor.name,
        "link": f"{settings.BASE_URL}/groups/",
    }
    about = Target("organisation_group", group.pk, title=group.name)
    notify("organisation_group_asked", about, _of(organisation.pk), facts, by=actor.name)


def announce(actor: Actor, group: OrganisationGroup, administrator: User, kind: str) -> None:
    """Mail both sides what the actor's organisation has answered."""
    facts = {
        "organisation": actor.organisation_name,
        "group": group.name,
        "administrator": administrator.email,
        "person": actor.name,
    }
    people = [*_of(actor.organisation_id), Recipient(administrator.email, administrator.language)]
    about = Target("organisation_group", group.pk, title=group.name)
    notify(kind, about, people, facts, by=actor.name)


def _of(organisation_id: int) -> list[Recipient]:
    people = active_users().filter(org=organisation_id, role__perm_admin=True, role__perm_sync=False)
    return [Recipient(each.email, each.language) for each in people.order_by("pk")]
