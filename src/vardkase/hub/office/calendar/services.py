"""Services for private calendar links."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.calendar.models import CalendarLink
from vardkase.hub.office.calendar.queries import calendar_feed, calendar_link, digest_of, person_of
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS
from vardkase.identity.access.actor import Actor


@transaction.atomic
def create_calendar_link(actor: Actor) -> str:
    """A new private link in place of the former one; its code is returned this once. Raises Forbidden."""
    _require_own(actor)
    code = secrets.token_urlsafe(32)
    given = {"digest": digest_of(code), "created": timezone.now(), "fetched": None}
    link, _made = CalendarLink.objects.update_or_create(user_id=actor.user_id or 0, defaults=given)
    record(actor, OfficeAction.CALENDAR_LINK_CREATED, Target("calendar_link", link.pk, title=actor.name))
    return code


@transaction.atomic
def revoke_calendar_link(actor: Actor) -> None:
    _require_own(actor)
    link = calendar_link(actor)
    if link is None:
        raise NotFound(OfficeProblem.NO_SUCH_FEED())
    pk = link.pk
    link.delete()
    record(actor, OfficeAction.CALENDAR_LINK_REVOKED, Target("calendar_link", pk, title=actor.name))


def fetch_calendar(code: str) -> bytes:
    """The feed of a private link, as iCalendar. Raises NotFound."""
    person = person_of(code)
    CalendarLink.objects.filter(user=person).update(fetched=timezone.now())
    return calendar_feed(person)


def _require_own(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DESKS)
    if actor.user_id is None:  # The console is nobody who has a calendar.
        raise Forbidden
