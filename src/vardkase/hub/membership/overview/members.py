"""The member list: filtered, sorted, and exported as table rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.query_expressions import subquery_count
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.members.models import ChangeState, Membership, MembershipState, ProposedChange
from vardkase.hub.membership.members.state_labels import in_state, state_in_words
from vardkase.hub.membership.organisation_numbers import hyphenated
from vardkase.hub.membership.overview.figures import READERS
from vardkase.hub.membership.statements.models import Statement, StatementState
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

LISTERS = (*READERS, StaffRole.OPERATOR, StaffRole.AUDITOR)
"""Who may see the list: all who may open one of its members. Exporting it is for READERS."""
EXPORTED_AT_ONCE = 500
SOON = timedelta(days=60)


WAITING: Mapping[str, Callable[[], Any]] = {
    "change": lambda: ProposedChange.objects.filter(state=ChangeState.PROPOSED).values("membership"),
    "statement": lambda: Statement.objects.filter(state=StatementState.SUBMITTED).values("membership"),
}


@dataclass(frozen=True, slots=True)
class MemberFilter:
    text: str = ""
    state: str = ""
    sector: str = ""
    connection: str = ""
    nis2: str = ""
    phase: int | None = None
    expiring: bool = False
    """Only those whose security statement ends within SOON, or has ended."""
    waiting: str = ""
    """Only those whose change of data ("change") or security statement ("statement") waits for an officer."""


def members(actor: Actor, by: MemberFilter) -> QuerySet[Membership]:
    """The matching members, with `accounts`, `administrators`, `last_seen` and `statement_ends`.

    `statement_ends` is the last day of the accepted security statement. Raises Forbidden.
    """
    actor.require_staff(*LISTERS)
    people = User.objects.filter(org=OuterRef("organisation"), disabled=False).order_by().values("org")
    accepted = Statement.objects.filter(membership=OuterRef("pk"), state=StatementState.ACCEPTED)
    ends = accepted.order_by().values("membership").annotate(last=Max("valid_until"))
    rows = Membership.objects.select_related("organisation").annotate(
        accounts=subquery_count(people.annotate(n=Count("pk"))),
        administrators=subquery_count(people.filter(role__perm_admin=True).annotate(n=Count("pk"))),
        last_seen=Subquery(people.annotate(at=Max(Greatest("last_login", "last_api_access"))).values("at")),
        statement_ends=Subquery(ends.values("last")),
    )
    if by.state:
        rows = rows.filter(in_state(by.state))
    exact = {"sector": by.sector, "connection": by.connection, "nis2": by.nis2}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.phase is not None:
        rows = rows.filter(phase=by.phase)
    if by.expiring:
        present = rows.exclude(state=MembershipState.TERMINATED)
        rows = present.filter(statement_ends__lte=timezone.localdate() + SOON)
    if by.waiting in WAITING:
        rows = rows.filter(pk__in=WAITING[by.waiting]())
    if by.text:
        rows = rows.filter(
            Q(organisation__name__icontains=by.text)
            | Q(organisation_number__startswith=by.text.replace("-", ""))
        )
    return rows


def exported(actor: Actor, by: MemberFilter, format: str) -> tuple[list[str], Iterator[list[Cell]]]:
    actor.require_staff(*READERS)
    rows = members(actor, by).order_by("organisation__name")
    record(
        actor,
        MembershipAction.MEMBERSHIP_EXPORTED,
        Target("membership"),
        {"format": format, "count": rows.count()},
    )
    return list(_columns()), (
        [value(member) for value in _columns().values()] for member in rows.iterator(EXPORTED_AT_ONCE)
    )


type Cell = str | int | date | None


def _columns() -> Mapping[str, Callable[[Membership], Cell]]:
    counties = dict(COUNTIES)
    return {
        gettext("Organisation"): lambda member: member.organisation.name,
        gettext("Organisation number"): lambda member: hyphenated(member.organisation_number),
        gettext("Status"): state_in_words,
        gettext("Sector"): lambda member: str(member.get_sector_display()),
        gettext("NIS2"): lambda member: str(member.get_nis2_display()),
        gettext("County"): lambda member: counties.get(member.county, member.county),
        gettext("Connection method"): lambda member: str(member.get_connection_display()),
        gettext("Phase"): lambda member: member.phase,
        gettext("Accounts"): lambda member: member.accounts,
        gettext("Member since"): member_since,
        gettext("Statement expires"): lambda member: member.statement_ends,
        gettext("Last active"): lambda member: _day(member.last_seen),
    }


def member_since(member: Any) -> date | None:
    if member.activated is None and member.state == MembershipState.ONBOARDING:
        return None
    return _day(member.activated or member.began)


def _day(when: datetime | None) -> date | None:
    return when and timezone.localtime(when).date()
