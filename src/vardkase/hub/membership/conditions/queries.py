"""Queries for conditions and exceptions: a member sees its own, officers all, operators and auditors none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.core.errors import NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.assessments.access import organisations_of_interest
from vardkase.hub.membership.assessments.stated_conditions import ConditionKind
from vardkase.hub.membership.conditions.models import ConditionState, MemberCondition
from vardkase.hub.membership.conditions.problems import ConditionProblem
from vardkase.hub.membership.conditions.rules import CONDITION, is_near, last_day_to_follow
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.queries import find_membership, may_read_statements
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind, end_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.queries import Reference

LIVE = (ConditionState.OPEN, ConditionState.ANSWERED)
MOST = 1000


def conditions_of(actor: Actor, membership: Membership) -> list[MemberCondition]:
    """Those in force first, the nearest day first; none for those who may not read them."""
    if not may_read_statements(actor, membership):
        return []
    rows = list(_rows().filter(membership=membership).order_by("day", "pk")[:MOST])
    return sorted(rows, key=lambda each: each.state not in LIVE)


def find_condition(actor: Actor, reference: Reference, pk: int) -> MemberCondition:
    membership = find_membership(actor, reference)
    if not may_read_statements(actor, membership):
        raise NotFound(ConditionProblem.NO_SUCH_CONDITION())
    return first_or_not_found(
        _rows().filter(membership=membership, pk=pk), ConditionProblem.NO_SUCH_CONDITION()
    )


def documents_of(condition: MemberCondition) -> QuerySet[CaseDocument]:
    """What the member answered, the newest first; for those who found the condition."""
    answers = condition.answers.values("document")
    return CaseDocument.objects.select_related("case_file", "letter").filter(pk__in=answers).order_by("-pk")


def condition_history(condition: MemberCondition) -> list[HistoryEntry]:
    return list(history_of(CONDITION, condition.pk).order_by("-pk"))


def live_conditions() -> QuerySet[MemberCondition]:
    rows = _rows().filter(state__in=LIVE).exclude(membership__state=MembershipState.TERMINATED)
    return rows.order_by("day", "pk")


def to_answer(membership: Membership) -> int:
    """How many conditions the member has to answer."""
    return membership.conditions.filter(state=ConditionState.OPEN, kind=ConditionKind.CONDITION).count()


def conditions_to_follow_up(actor: Actor) -> Iterator[OfficeTask]:
    """What a member answered, and what is near its date or past it."""
    now = today()
    rows = live_conditions().exclude(membership__organisation__in=organisations_of_interest(actor))
    answered = rows.filter(state=ConditionState.ANSWERED)
    near = rows.filter(state=ConditionState.OPEN, day__lte=last_day_to_follow(now))
    yield from _tasks(answered, _("Answer to a condition: %(member)s"))
    ended = [each for each in near if each.is_exception and each.day < now]
    yield from _tasks(ended, _("Exception that has ended: %(member)s"))
    coming = [each for each in near if each not in ended and is_near(each.day, now)]
    for kind, words in COMING.items():
        yield from _tasks([each for each in coming if each.kind == kind], words)


COMING = {
    ConditionKind.CONDITION: _("Condition to be met: %(member)s"),
    ConditionKind.EXCEPTION: _("Exception that ends: %(member)s"),
}


def _tasks(found: Iterable[MemberCondition], words: object) -> Iterator[OfficeTask]:
    for each in found:
        yield OfficeTask(
            reference=str(each.pk),
            title=gettext(str(words)) % {"member": each.membership.organisation.name},
            path=f"/members/{each.membership.organisation_id}/conditions/{each.pk}/",
            deadline=end_of(each.day),
            since=each.decided,
        )


def _rows() -> QuerySet[MemberCondition]:
    rows = MemberCondition.objects.select_related("membership__organisation", "letter")
    return rows.defer("letter__content")


TASKS = TaskKind(
    name="member_condition",
    label=_("Conditions and exceptions to follow up"),
    noun=_("Condition or exception of a member"),
    duties=frozenset({StaffRole.MEMBERSHIP_OFFICER}),
    source=conditions_to_follow_up,
    view="members",
)
