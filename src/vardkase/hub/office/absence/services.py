"""Services for absence: registered by the person or a colleague, with or without a deputy for the whole time."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.office.absence.models import Absence
from vardkase.hub.office.absence.queries import coming_absences
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import DESKS, colleagues_covered, covers, staff
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import staff_roles

MOST_DAYS = 400
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('staff absence'))"


@transaction.atomic
def register_absence(actor: Actor, user_id: int, deputy_id: int | None, first: date, last: date) -> Absence:
    """Register that a colleague, or the actor, is away; without a deputy nobody has the tasks meanwhile.

    Raises Forbidden, Invalid by field.
    """
    actor.require_writing()
    actor.require_staff(*DESKS)
    # Two absences that each are right may not make each other's deputy absent.
    cursor().execute(ONE_AT_A_TIME)
    user = next((each for each in colleagues_covered(actor) if each.pk == user_id), None)
    deputy = staff().filter(pk=deputy_id).first() if deputy_id is not None else None
    errors: dict[str, list[Problem]] = {}
    if user is None:
        errors["user"] = [OfficeProblem.NO_SUCH_COLLEAGUE()]
    if deputy_id is not None and deputy is None:
        errors["deputy"] = [OfficeProblem.NO_SUCH_COLLEAGUE()]
    if problem := _period_problem(first, last):
        errors["last"] = [problem]
    if errors or user is None:
        raise Invalid(errors)
    if found := _problem(user, deputy, first, last):
        raise Invalid({found[0]: [found[1]]})
    made = Absence.objects.create(user=user, deputy=deputy, first=first, last=last, noted_by=actor.name)
    change = {"deputy": deputy.email if deputy else "", "first": first.isoformat(), "last": last.isoformat()}
    record(actor, OfficeAction.ABSENCE_REGISTERED, Target("absence", made.pk, title=user.email), change)
    return made


@transaction.atomic
def end_absence(actor: Actor, pk: int) -> None:
    """The person is back, or stays: only the audit log still tells of the absence. Raises Forbidden, NotFound."""
    actor.require_writing()
    actor.require_staff(*DESKS)
    cursor().execute(ONE_AT_A_TIME)
    absence = first_or_not_found(coming_absences(actor).filter(pk=pk), OfficeProblem.NO_SUCH_ABSENCE())
    change = {"first": absence.first.isoformat(), "last": absence.last.isoformat()}
    absence.delete()
    record(actor, OfficeAction.ABSENCE_ENDED, Target("absence", pk, title=absence.user.email), change)


def _period_problem(first: date, last: date) -> Problem | None:
    if last < first:
        return OfficeProblem.DAYS_IN_ORDER()
    if last < today():
        return OfficeProblem.DAY_HAS_PASSED()
    return OfficeProblem.NOT_LONGER_THAN(days=MOST_DAYS) if (last - first).days >= MOST_DAYS else None


def _problem(user: User, deputy: User | None, first: date, last: date) -> tuple[str, Problem] | None:
    """The field and problem of an absence whose people and days are known."""
    if deputy and user.pk == deputy.pk:
        return "deputy", OfficeProblem.OWN_DEPUTY()
    if deputy and not covers(staff_roles(deputy.staff_roles), user):
        return "deputy", OfficeProblem.LACKS_DUTY()
    same_time = Absence.objects.filter(first__lte=last, last__gte=first).select_related("user")
    if same_time.filter(user=user).exists():
        return "first", OfficeProblem.AWAY_ALREADY()
    if deputy and same_time.filter(user=deputy).exists():
        return "deputy", OfficeProblem.DEPUTY_IS_AWAY(name=deputy.email)
    if other := same_time.filter(deputy=user).first():
        return "user", OfficeProblem.IS_DEPUTY(name=user.email, other=other.user.email)
    return None
