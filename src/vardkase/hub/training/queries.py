"""Who has been trained."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from vardkase.core.clock import today
from vardkase.core.errors import NotFound
from vardkase.hub.training.models import Training
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

STAFF = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR)
"""Whoever connects members at the hub also marks their people as trained."""
SUGGESTED = 100


def valid() -> Q:
    """Training that holds today."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=today())


def modules_of(user_id: int | None) -> frozenset[str]:
    """The modules that a user has done and that hold today, in lower case; none for who is no user."""
    if user_id is None:
        return frozenset()
    done = Training.objects.filter(valid(), user_id=user_id)
    return frozenset(name.lower() for name in done.values_list("module", flat=True))


def trained_users(organisation_id: int, module: str = "") -> QuerySet[User]:
    """The users of an organisation whose training (in `module`, or in any) holds today."""
    done = Training.objects.filter(valid(), user__org_id=organisation_id)
    if module:
        done = done.filter(module__iexact=module)
    return User.objects.filter(pk__in=done.values("user_id"), disabled=False).order_by("email")


def trainings(actor: Actor) -> QuerySet[Training]:
    """What the actor may see, the newest first: those of the own organisation, or all for who looks after all."""
    found = Training.objects.select_related("user", "user__org").order_by("-done_on", "-pk")
    return found if _looks_after_all(actor) else found.filter(user__org_id=actor.organisation_id)


def find_training(actor: Actor, training_id: int) -> Training:
    """One of them that the actor may change or remove. Raises NotFound, Forbidden."""
    require_marking(actor)
    found = trainings(actor).filter(pk=training_id).first()
    if found is None:
        raise NotFound("Invalid training.")
    return found


def trainees(actor: Actor) -> QuerySet[User]:
    """The people whom the actor may mark as trained. Raises Forbidden."""
    require_marking(actor)
    people = User.objects.filter(disabled=False).order_by("email")
    return people if _looks_after_all(actor) else people.filter(org_id=actor.organisation_id)


def require_marking(actor: Actor) -> None:
    """Raise Forbidden unless the actor marks anybody as trained."""
    if actor.staff.isdisjoint(STAFF):
        actor.require(Permission.ADMIN)


def modules_named(organisation_id: int | None = None) -> list[str]:
    """The modules that people (of an organisation) have done, by name; at most so many as a list suggests."""
    done = (
        Training.objects.filter(user__org_id=organisation_id) if organisation_id else Training.objects.all()
    )
    return list(done.values_list("module", flat=True).distinct().order_by("module")[:SUGGESTED])


def _looks_after_all(actor: Actor) -> bool:
    return actor.is_site_admin or not actor.staff.isdisjoint(STAFF)
