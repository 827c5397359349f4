"""Mail about content access: to officers, to the operator, and to the organisations that own the content.

No mail contains a reason or anything that was read, only a link to the page that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.content_access.rules import OFFICERS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.settings import host_organisation_id


def notify_officers(actor: AuditActor, grant: ContentGrant) -> None:
    officers = (
        active_users()
        .filter(org=host_organisation_id(), staff_roles__overlap=[each.value for each in OFFICERS])
        .exclude(pk=grant.asked_by_id or 0)
    )
    _notify(actor, "content_access_asked", officers, grant, {"until": grant.answer_by})


def notify_operator(actor: AuditActor, grant: ContentGrant, kind: str) -> None:
    asked = active_users().filter(pk=grant.asked_by_id or 0)
    _notify(actor, kind, asked, grant, {"name": actor.name, "until": grant.ends_at or ""})


def notify_organisation(
    actor: AuditActor, grant: ContentGrant, name: str, count: int, people: Iterable[User]
) -> None:
    """Mail an organisation's administrators how many events with its content were read under content access."""
    if grant.decided_at is None or grant.ended_at is None:
        raise ValueError("organisations are notified once a grant has ended")
    facts: Facts = {
        "organisation": name,
        "operator": grant.asked_by_name,
        "name": grant.decided_by_name,
        "count": count,
        "from": grant.decided_at,
        "until": grant.ended_at,
        "link": f"{settings.BASE_URL}/read-by-operations/",
    }
    notify("content_read", Target.of(grant), map(Recipient.of, people), facts, by=actor.name)


def notify_of_export(actor: Actor, name: str, count: int, people: Iterable[User]) -> None:
    """Mail an organisation's administrators how many events with its content were exported at the console."""
    facts: Facts = {
        "organisation": name,
        "operator": actor.login or actor.name,
        "count": count,
        "when": timezone.now(),
    }
    notify("content_exported", Target("export"), map(Recipient.of, people), facts, by=actor.name)


def _notify(actor: AuditActor, kind: str, to: Iterable[User], grant: ContentGrant, facts: Facts) -> None:
    known: Facts = {
        "number": grant.pk,
        "operator": grant.asked_by_name,
        "link": f"{settings.BASE_URL}/content-access/{grant.pk}/",
    }
    notify(kind, Target.of(grant), map(Recipient.of, to), {**known, **facts}, by=actor.name)
