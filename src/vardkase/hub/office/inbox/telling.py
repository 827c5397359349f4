"""Mail about who handles tasks. It says how many they are, and nothing of what they are about."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import AuditActor
from vardkase.core.clock import today
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.office.absence.models import Absence
from vardkase.hub.office.inbox.queries import InboxFilter, Whose, inbox
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User

AT_ONCE = 100


def tell_new_owner(actor: AuditActor, owner: User, count: int) -> None:
    if owner.pk == actor.user_id:
        return
    facts: Facts = {"count": count, "person": actor.name, "link": _link()}
    notify("tasks_handed_over", None, [Recipient.of(owner)], facts, by=actor.name)


def tell_deputies() -> int:
    """Tell the deputy of each absence that has begun, once; returns how many were told."""
    day = today()
    rows = Absence.objects.filter(first__lte=day, last__gte=day, told_at=None).exclude(deputy=None)
    return sum(_tell_deputy(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _tell_deputy(pk: int) -> bool:
    rows = Absence.objects.select_for_update(of=("self",)).filter(pk=pk, told_at=None)
    absence = rows.select_related("user", "deputy__org", "deputy__role").first()
    if absence is None:
        return False
    absence.told_at = timezone.now()
    absence.save(update_fields=["told_at"])
    if absence.deputy is None or not absence.deputy.is_active:
        return False
    theirs = inbox(actor_for(absence.deputy, Credential.JOB), InboxFilter(whose=Whose.MINE))
    count = sum(1 for line in theirs if line.absent and line.absent.pk == absence.user_id)
    facts: Facts = {"person": absence.user.email, "last": absence.last, "count": count, "link": _link()}
    notify("absence_began", None, [Recipient.of(absence.deputy)], facts, by=absence.noted_by)
    return True


def _link() -> str:
    return f"{settings.BASE_URL}/office/?whose=mine"
