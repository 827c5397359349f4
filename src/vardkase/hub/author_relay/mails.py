"""Mail to who asked, without a word of the answer."""

from __future__ import annotations

from django.conf import settings

from vardkase.audit.services import Target
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.author_relay.models import AuthorMessage
from vardkase.identity.accounts.queries import active_users, recipients


def notify_asker(message: AuthorMessage) -> None:
    facts: Facts = {
        "event": str(message.event_uuid),
        "link": f"{settings.BASE_URL}/event/{message.event_uuid}/author/",
    }
    people = active_users().filter(pk=message.asked_by_id or 0)
    notify(
        "author_answered", Target("author_message", title=str(message.event_uuid)), recipients(people), facts
    )
