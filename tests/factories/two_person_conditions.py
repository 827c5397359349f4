"""Two-person actions on the conditions and exceptions of a membership."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.factories.memberships import at_the_screen, member
from tests.factories.two_person_setup import WHY, People, Setup
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from vardkase.core.clock import today
from vardkase.hub.membership.conditions.deciding import propose_conditions, propose_extension
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.identity.accounts.four_eyes.queries import waiting


def _conditions() -> object:
    return list(MemberCondition.objects.order_by("pk").values_list("kind", "state", "day"))


def imposing(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    row = {"kind": "condition", "text": "Two factors.", "day": _in_days(60), "provision": ""}
    form = {f"condition_1_{name}": value for name, value in row.items()} | {"reason": WHY}
    return people.by_officers(
        lambda who: propose_conditions(who, org, WHY, [row], with_approval.ADVERSE),
        _conditions,
        page=(f"/members/{org}/conditions/new/", form | with_approval.ADVERSE),
        api=(
            f"/membershipConditions/propose/{org}",
            {"reason": WHY, "conditions": [row], **with_approval.ADVERSE},
        ),
    )


def extending(people: People) -> Setup:
    org, officer = member(people.desk, people.seed.org_b).organisation_id, at_the_screen(people.officer)
    row = {"kind": "exception", "text": "An old system.", "day": _in_days(30), "provision": ""}
    propose_conditions(officer, org, WHY, [row], {})
    approved(people.jurist.user, waiting().get())
    exception = MemberCondition.objects.get()
    day = today() + timedelta(days=90)
    return people.by_officers(
        lambda who: propose_extension(who, org, exception.pk, WHY, day),
        _conditions,
        page=(
            f"/members/{org}/conditions/{exception.pk}/extend/",
            {"reason": WHY, "day": day.isoformat()},
        ),
        api=(
            f"/membershipConditions/step/{org}/{exception.pk}",
            {"step": "extend", "reason": WHY, "day": day.isoformat()},
        ),
    )


def _in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


CONDITION_SCENES: dict[str, Callable[[People], Setup]] = {
    "extend_exception": extending,
    "impose_conditions": imposing,
}
