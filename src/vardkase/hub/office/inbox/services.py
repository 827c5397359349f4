"""Services for the inbox: taking tasks, and handing them over."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.inbox.models import TaskOwner
from vardkase.hub.office.inbox.queries import find_task, may_handle
from vardkase.hub.office.inbox.telling import tell_new_owner
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS, staff
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

MOST_AT_ONCE = 100


@transaction.atomic
def hand_over(actor: Actor, tasks: Collection[tuple[str, str]], user_id: int) -> int:
    """Give tasks (kind, reference) to a colleague, or take them oneself. All or none.

    Raises Forbidden, NotFound if one no longer waits, Invalid under `owner` if the colleague may not handle one of
    them. The colleague is told by mail.
    """
    actor.require_writing()
    actor.require_staff(*DESKS)
    colleague = staff().filter(pk=user_id).first()
    if colleague is None:
        raise Invalid({"owner": [OfficeProblem.NO_SUCH_COLLEAGUE()]})
    if not 1 <= len(tasks) <= MOST_AT_ONCE:
        raise Invalid({"task": [CommonProblem.REQUIRED()]})
    for kind_name, reference in sorted(set(tasks)):
        _hand_over(actor, kind_name, reference, colleague)
    tell_new_owner(actor, colleague, len(set(tasks)))
    return len(set(tasks))


def _hand_over(actor: Actor, kind_name: str, reference: str, colleague: User) -> None:
    kind, task = find_task(actor, kind_name, reference)
    if not may_handle(colleague, kind, reference):
        raise Invalid({"owner": [OfficeProblem.CANNOT_HANDLE(name=colleague.email)]})
    if kind.hand_over is None or not kind.hand_over(actor, reference, colleague.pk):
        given = {"owner": colleague, "given_by": actor.name}
        TaskOwner.objects.update_or_create(kind=kind.name, reference=task.reference, defaults=given)
    target = Target("task", title=f"{kind.name} {task.reference}")
    record(actor, OfficeAction.TASK_HANDED_OVER, target, {"owner": colleague.email})
