"""Schedules for spills."""

from __future__ import annotations

from datetime import time, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.hub.spills import mails
from vardkase.hub.spills.models import SETTLED, HolderKind, Spill, SpillHolder
from vardkase.hub.spills.queries import UNFINISHED
from vardkase.hub.spills.settings import REMINDER_DAYS
from vardkase.hub.spills.tasks import order_proof, order_requests
from vardkase.identity.access.job_actors import hub_actor

MOST = 1_000
REMINDED = (HolderKind.ORGANISATION, HolderKind.CONNECTION)


def follow_up() -> int:
    """Remind those who have not answered, and ask connections and the database again; returns how many reminders."""
    now = timezone.now()
    since = now - timedelta(days=REMINDER_DAYS.value)
    waiting = (
        SpillHolder.objects.filter(spill__state__in=UNFINISHED, kind__in=REMINDED, is_settled=False)
        .exclude(answer__in=SETTLED)
        .filter(Q(reminded_at=None, asked_at__lte=since) | Q(reminded_at__lte=since))
        .select_related("spill")
    )
    reminded = 0
    for holder in waiting.order_by("pk")[:MOST]:
        reminded += mails.remind(hub_actor(), holder.spill, holder)
        holder.reminded_at = now
        holder.save(update_fields=["reminded_at"])
    for spill in Spill.objects.filter(state__in=UNFINISHED):
        mails.ask_holders(hub_actor(), spill)
        order_requests(spill.pk)
        if spill.needles:
            order_proof(spill.pk)
    return reminded


SCHEDULES = (
    Schedule(
        "spills.follow_up",
        _("Follow up suspected spills"),
        _(
            "Reminds those who had a spilled event and have not said that they have deleted it, asks connected hubs "
            "again, and repeats the search for what is left."
        ),
        follow_up,
        at=time(7, 0),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
