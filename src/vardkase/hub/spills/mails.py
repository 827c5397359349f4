"""Mail about spills. None says anything of the content: not even the event's title."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill, SpillHolder
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users, administrators_to_notify
from vardkase.identity.organisations.settings import host_organisation_id

MOST = 2_000


def notify_officers(actor: AuditActor, spill: Spill) -> None:
    people = officers().filter(org=host_organisation_id())
    facts: Facts = {"number": spill.number, "link": _page(spill), "name": actor.name}
    notify("spill_declared", _target(spill), map(Recipient.of, people), facts, by=actor.name)


def ask_holders(actor: AuditActor, spill: Spill) -> int:
    """Ask the organisations that could read the event to delete what they have of it; returns how many were asked.

    Its owner and who declared it are told in the same way.
    """
    asked = 0
    waiting = spill.holders.filter(kind=HolderKind.ORGANISATION, answer=HolderAnswer.NOT_ASKED)
    for holder in waiting.order_by("pk")[:MOST]:
        if _ask(actor, spill, holder, "spill_holder"):
            holder.answer, holder.asked_at = HolderAnswer.ASKED, timezone.now()
            holder.save(update_fields=["answer", "asked_at"])
            asked += 1
    return asked


def ask_peer(actor: AuditActor, spill: Spill, holder: SpillHolder) -> bool:
    """Ask the administrators of a connection's organisation by mail; False if nobody there has an account here."""
    return _ask(actor, spill, holder, "spill_peer")


def remind(actor: AuditActor, spill: Spill, holder: SpillHolder) -> bool:
    return _ask(actor, spill, holder, "spill_reminder")


def notify_of_end(actor: AuditActor, spill: Spill) -> None:
    """Tell who declared the spill, and the event's owner, how it ended."""
    people = {person.pk: person for person in administrators_to_notify(spill.organisation_id)}
    people |= {person.pk: person for person in active_users().filter(pk=spill.declared_by or 0)}
    facts: Facts = {"number": spill.number, "state": spill.get_state_display(), "link": _status_page(spill)}
    notify("spill_ended", _target(spill), map(Recipient.of, people.values()), facts, by=actor.name)


def _ask(actor: AuditActor, spill: Spill, holder: SpillHolder, kind: str) -> bool:
    people: Iterable[User] = (
        administrators_to_notify(holder.organisation_id) if holder.organisation_id else ()
    )
    facts: Facts = {
        "number": spill.number,
        "event": spill.event_id,
        "uuid": str(spill.event_uuid),
        "organisation": holder.name,
        "link": _status_page(spill),
    }
    done = notify(kind, _target(spill), map(Recipient.of, people), facts, by=actor.name)
    return done.count > 0


def _target(spill: Spill) -> Target:
    return Target("spill", spill.pk, title=spill.number)


def _page(spill: Spill) -> str:
    return f"{settings.BASE_URL}/spills/{spill.pk}/"


def _status_page(spill: Spill) -> str:
    return f"{settings.BASE_URL}/spills/{spill.pk}/status/"
