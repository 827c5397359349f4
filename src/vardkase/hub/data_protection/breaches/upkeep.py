"""Reminders of the 72 hours within which a breach is reported."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.data_protection.breaches.models import Breach, BreachState
from vardkase.hub.data_protection.breaches.services import is_clock_running, target_of
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.queries import active_users

REMINDERS = (timedelta(hours=48), timedelta(hours=24), timedelta(hours=6), timedelta())
"""How long before the end, in the order in which they go out; the last when the time is out."""
AT_ONCE = 200


def remind() -> int:
    """Remind of each breach whose clock runs, once for each of REMINDERS that has been reached; returns how many."""
    actor, now = hub_actor(), timezone.now()
    people = active_users().filter(staff_roles__overlap=[duty.value for duty in HANDLERS])
    recipients = [Recipient.of(user) for user in people]
    count = 0
    near = Breach.objects.filter(state=BreachState.OPEN, deadline__lt=now + REMINDERS[0])
    for breach in near.order_by("deadline")[:AT_ONCE]:
        reached = sum(breach.deadline - now <= before for before in REMINDERS)
        if not is_clock_running(breach) or reached <= breach.reminded:
            continue
        with transaction.atomic():
            Breach.objects.filter(pk=breach.pk).update(reminded=reached)
            link = f"{settings.BASE_URL}/breaches/{breach.pk}/"
            facts: Facts = {"number": breach.number, "deadline": breach.deadline, "link": link}
            notify("breach_deadline", target_of(breach), recipients, facts, by=actor.name)
            count += 1
    return count
