"""Mail about delegation requests: to the organisation that is asked, and the answer to the one that asks."""

from __future__ import annotations

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.private_links import page_address
from vardkase.identity.accounts.queries import reading_users
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.event_delegations.models import EventDelegation


def notify_recipient(delegation: EventDelegation) -> None:
    facts = _facts(delegation, delegation.requester_org)
    notify("delegation_requested", None, _people(delegation.org_id), facts)


def notify_requester(delegation: EventDelegation, *, is_accepted: bool) -> None:
    """Tell those who asked; once the event is taken over, they alone may know who had it."""
    facts, people = _facts(delegation, delegation.org), _people(delegation.requester_org_id)
    if is_accepted:
        notify("delegation_accepted", None, people, facts)
    else:
        notify("delegation_declined", None, people, facts)


def _people(organisation_id: int) -> list[Recipient]:
    users = reading_users().filter(org_id=organisation_id, contactalert=True)
    return [Recipient.of(user) for user in users]


def _facts(delegation: EventDelegation, other: Organisation) -> Facts:
    # Nothing of the event itself: its number is enough to find it.
    return {
        "number": delegation.event_id,
        "uuid": str(delegation.event.uuid),
        "organisation": other.name,
        "link": page_address("/delegations/"),
        "choices_link": page_address("/account/notifications/"),
    }
