"""The daily reminder of conditions and exceptions whose date is near."""

from __future__ import annotations

from datetime import time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor
from vardkase.core.change_origin import ChangedBy
from vardkase.core.clock import today
from vardkase.core.schedules import Schedule
from vardkase.hub.membership.conditions.models import ConditionState, MemberCondition
from vardkase.hub.membership.conditions.queries import live_conditions
from vardkase.hub.membership.conditions.rules import is_near, last_day_to_follow
from vardkase.hub.membership.members import mails
from vardkase.identity.access.job_actors import hub_actor


def remind_all() -> int:
    return remind_of_conditions(hub_actor())


def remind_of_conditions(actor: AuditActor) -> int:
    """Mail each member whose condition or exception is near its day, once for each day; returns how many mails."""
    now = today()
    rows = live_conditions().filter(state=ConditionState.OPEN, day__range=(now, last_day_to_follow(now)))
    return sum(
        _remind(actor, each.pk) for each in rows if each.reminded_of != each.day and is_near(each.day, now)
    )


# One transaction for each: a fault with one leaves the others done.
@transaction.atomic
def _remind(actor: AuditActor, pk: int) -> bool:
    rows = MemberCondition.objects.select_for_update(of=("self",))
    rows = rows.select_related("membership__organisation")
    condition = rows.filter(pk=pk, state=ConditionState.OPEN).first()
    if condition is None or condition.reminded_of == condition.day or not is_near(condition.day, today()):
        return False
    condition.reminded_of = condition.day
    condition.save(update_fields=["reminded_of"])
    mails.write(
        actor,
        condition.membership,
        "condition_reminder",
        text=condition.text,
        day=condition.day,
        what=condition.kind,
    )
    return True


REMIND_OF_CONDITIONS = Schedule(
    "conditions.remind",
    _("Remind members of conditions and exceptions"),
    _(
        "Reminds each member once before the date of a condition or exception. The legal rules say how long before."
    ),
    remind_all,
    at=time(6, 15),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
