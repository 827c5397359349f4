"""Memberships, as a restore limits them again: to the state and the restrictions that they had later.

The letters and cases of those decisions are not made again: they are in the former hub's archive and with the member.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from vardkase.hub.backups.access import AccessPart, Rows
from vardkase.hub.lifecycle.services import take_step
from vardkase.hub.membership.members.models import Membership, MembershipState, Restriction
from vardkase.hub.membership.members.rules import MEMBERSHIP
from vardkase.hub.membership.members.services.transitions import push
from vardkase.identity.access.job_actors import hub_actor

STEPS = {MembershipState.SUSPENDED: "suspend", MembershipState.TERMINATED: "terminate"}


def _captured() -> Rows:
    restrictions: dict[int, list[dict[str, object]]] = {}
    columns = ("membership_id", "kind", "cause", "until", "review_by")
    for row in Restriction.objects.filter(lifted=None).order_by("pk").values(*columns):
        restrictions.setdefault(row.pop("membership_id"), []).append(row)
    rows = Membership.objects.order_by("pk").values_list("pk", "state")
    return {str(pk): {"state": state, "restrictions": restrictions.get(pk, [])} for pk, state in rows}


def _withdraw(later: Rows, at: datetime) -> int:
    count = 0
    memberships = Membership.objects.select_for_update(of=("self",)).select_related("organisation")
    for membership in memberships.filter(began__lte=at).order_by("pk"):
        row = later.get(str(membership.pk), {"state": MembershipState.TERMINATED, "restrictions": []})
        made = [_restricted(membership, each) for each in row["restrictions"]]
        step = STEPS.get(row["state"])
        if step and MEMBERSHIP.may(membership.state, step):
            take_step(hub_actor(), MEMBERSHIP, membership, step, _reason())
        elif not any(made):
            continue
        push(membership)
        count += 1
    return count


def _restricted(membership: Membership, row: dict[str, str | None]) -> bool:
    until, review_by = row["until"], row["review_by"]
    defaults = {
        "reason": _reason(),
        "until": datetime.fromisoformat(until) if until else None,
        "review_by": date.fromisoformat(review_by) if review_by else None,
    }
    _restriction, made = Restriction.objects.get_or_create(
        defaults, membership=membership, kind=row["kind"], cause=row["cause"], lifted=None
    )
    return made


def _reason() -> str:
    return gettext("Decided before the hub was restored from a backup; repeated after it.")


MEMBERSHIPS = AccessPart("memberships", _captured, _withdraw)
