"""Queries for trained users."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.problems import TrainingProblem
from vardkase.hub.training.models import Training
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

STAFF = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR)
"""Hub staff who connect members, and may mark their people as trained."""
SUGGESTED = 100


def valid() -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gte=today())


def modules_of(user_id: int | None) -> frozenset[str]:
    if user_id is None:
        return frozenset()
    done = Training.objects.filter(valid(), user_id=user_id)
    # Module names are written by hand, and compared regardless of case.
    return frozenset(name.lower() for name in done.values_list("module", flat=True))


def trained_users(organisation_id: int, module: str = "") -> QuerySet[User]:
    done = Training.objects.filter(valid(), user__org_id=organisation_id)
    if module:
        done = done.filter(module__iexact=module)
    return User.objects.filter(pk__in=done.values("user_id"), disabled=False).order_by("email")


def trainings(actor: Actor) -> QuerySet[Training]:
    rows = Training.objects.select_related("user", "user__org").order_by("-done_on", "-pk")
    return rows if _manages_all(actor) else rows.filter(user__org_id=actor.organisation_id)


def find_training(actor: Actor, training_id: int) -> Training:
    require_marking(actor)
    return first_or_not_found(trainings(actor).filter(pk=training_id), TrainingProblem.NO_SUCH_TRAINING())


def trainees(actor: Actor) -> QuerySet[User]:
    require_marking(actor)
    people = User.objects.filter(disabled=False).order_by("email")
    return people if _manages_all(actor) else people.filter(org_id=actor.organisation_id)


def require_marking(actor: Actor) -> None:
    if actor.staff.isdisjoint(STAFF):
        actor.require(Permission.ADMIN)


def modules_named(organisation_id: int | None = None) -> list[str]:
    """Names of completed modules (of an organisation); limited to what a suggestion list needs."""
    done = (
        Training.objects.filter(user__org_id=organisation_id) if organisation_id else Training.objects.all()
    )
    return list(done.values_list("module", flat=True).distinct().order_by("module")[:SUGGESTED])


def _manages_all(actor: Actor) -> bool:
    return actor.is_site_admin or not actor.staff.isdisjoint(STAFF)
