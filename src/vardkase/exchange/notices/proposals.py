"""Mail to event owners about proposals, once until they decide."""

from __future__ import annotations

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.core.private_links import page_address
from vardkase.exchange.notices.mail_facts import CHOICES, headers
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.models import Event
from vardkase.intel.proposals.hooks import ProposalsStored


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
