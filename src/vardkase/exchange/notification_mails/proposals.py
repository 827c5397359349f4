"""Mail about proposals: to event owners, once until they decide, and to those who proposed."""

from __future__ import annotations

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.core.sql import cursor
from vardkase.exchange.notification_mails.mail_facts import CHOICES, headers
from vardkase.exchange.notifications.models import DECIDED, Notification
from vardkase.exchange.reader_kinds import ORGANISATIONS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import event_predicate, for_each_reader
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.models import Event
from vardkase.intel.proposals.hooks import ProposalsDecided, ProposalsStored


def notify_owner(stored: ProposalsStored) -> None:
    """Notify the users of the owning organisation who want mail about its events; the mail contains none of
    the content."""
    if not can_send():
        return
    event = Event.objects.get(pk=stored.event_id)
    owners = reading_users().filter(org_id=event.org_id, contactalert=True)
    facts: Facts = {
        "number": event.pk,
        "uuid": str(event.uuid),
        "link": page_address(f"/event/{event.pk}/proposals/"),
        "choices_link": page_address(CHOICES),
    }
    notify("event_proposal", None, map(Recipient.of, owners.iterator()), facts, headers=headers("proposals"))


def notify_proposers(decided: ProposalsDecided) -> None:
    """Notify those who proposed and want mail about events, once until they have read on the hub what became of it."""
    if not can_send():
        return
    orgs = sorted({org for org, _user in decided.proposers})
    reading = cursor().execute(READING, {"orgs": orgs, "event": decided.event_id}).fetchall()
    told = Notification.objects.filter(event_id=decided.event_id, kind__in=DECIDED, read_at=None)
    proposers = reading_users().filter(pk__in=[user for _org, user in decided.proposers], contactalert=True)
    facts: Facts = {
        "number": decided.event_id,
        "link": page_address("/notifications/"),
        "choices_link": page_address(CHOICES),
    }
    # Not of an event that they could not read even if it were published again.
    proposers = proposers.filter(org_id__in=[row[0] for row in reading])
    people = proposers.exclude(pk__in=told.values("user_id"))
    notify(
        "proposals_decided", None, map(Recipient.of, people.iterator()), facts, headers=headers("proposals")
    )


def _once_published(actor: Actor) -> str:
    return event_predicate(actor, once_published=True)


READING = f"""
WITH {ORGANISATIONS}
SELECT r.org_id FROM r JOIN event e ON e.id = %(event)s WHERE {for_each_reader(_once_published)}
"""
