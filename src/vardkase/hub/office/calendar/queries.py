"""The dates of an actor's inbox, and the feed of them that a calendar program fetches."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar, Event

from vardkase.core.errors import NotFound
from vardkase.hub.office.calendar.models import CalendarLink
from vardkase.hub.office.inbox.queries import InboxFilter, InboxTask, inbox
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users


def deadlines(actor: Actor) -> dict[date, list[InboxTask]]:
    """What is due on each day, overdue days included, in order."""
    days: dict[date, list[InboxTask]] = {}
    for line in inbox(actor, InboxFilter()):
        if line.task.deadline is not None:
            days.setdefault(timezone.localdate(line.task.deadline), []).append(line)
    return days


def calendar_link(actor: Actor) -> CalendarLink | None:
    return CalendarLink.objects.filter(user=actor.user_id or 0).first()


def digest_of(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="surrogateescape")).digest()


def person_of(code: str) -> User:
    """Raises NotFound for a link that is revoked, or whose person no longer works at a desk."""
    link = CalendarLink.objects.filter(digest=digest_of(code)).first()
    person = active_users().select_related("org", "role").filter(pk=link.user_id).first() if link else None
    if person is None or set(person.staff_roles).isdisjoint(DESKS):
        raise NotFound(OfficeProblem.NO_SUCH_FEED())
    return person


def calendar_feed(person: User) -> bytes:
    """The person's deadlines as iCalendar: kind, reference and day, and nothing of what the tasks are about."""
    feed = Calendar()
    feed.add("prodid", "-//Vardkase//Office//EN")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", gettext("Deadlines"))
    days = deadlines(actor_for(person, Credential.JOB))
    for line in (line for lines in days.values() for line in lines):
        feed.add_component(_event(line))
    return bytes(feed.to_ical())


def _event(line: InboxTask) -> Event:
    day = timezone.localdate(line.task.deadline)
    event = Event()
    event.add("uid", hashlib.sha256(line.key.encode()).hexdigest()[:32] + "@vardkase")
    event.add("dtstamp", timezone.now())
    event.add("summary", f"{line.kind.noun} {line.task.reference}")
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if settings.BASE_URL:
        event.add("url", settings.BASE_URL + line.task.path)
    return event
