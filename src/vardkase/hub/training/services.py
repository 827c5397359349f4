"""Marking people as trained."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import find_training, trainees
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User

LONGEST_MODULE = 200
LONGEST_NOTE = 2000


@transaction.atomic
def mark_trained(
    actor: Actor,
    email: str,
    module: str,
    *,
    done_on: date | None = None,
    valid_until: date | None = None,
    note: str = "",
) -> Training:
    """Put down that a user has done a module.

    Organisation administrators do so for their own people, site administrators for all. Raises Forbidden, Invalid.
    """
    actor.require_own_affairs()
    actor.require(Permission.ADMIN)
    done_on = done_on or today()
    if faults := _faults(module, note, done_on, valid_until):
        raise Invalid(faults)
    training = Training.objects.create(
        user=_trainee(actor, email),
        module=module.strip(),
        done_on=done_on,
        valid_until=valid_until,
        note=note.strip(),
        marked_by=actor.name,
    )
    record(actor, "training.added", _target(training), {"module": training.module, "done_on": str(done_on)})
    return training


@transaction.atomic
def remove_training(actor: Actor, training_id: int) -> Training:
    """Take back what was put down wrongly. Raises NotFound, Forbidden."""
    actor.require_own_affairs()
    training = find_training(actor, training_id)
    record(actor, "training.removed", _target(training), {"module": training.module})
    training.delete()
    return training


def _trainee(actor: Actor, email: str) -> User:
    user = trainees(actor).filter(email__iexact=email.strip()).first()
    if user is None:
        raise Invalid({"user": ["Nobody with this address is a user of your organisation."]})
    return user


def _faults(module: str, note: str, done_on: date, valid_until: date | None) -> dict[str, list[str]]:
    faults = {}
    if not 1 <= len(module.strip()) <= LONGEST_MODULE:
        faults["module"] = [f"A module has a name of 1 to {LONGEST_MODULE} characters."]
    if len(note) > LONGEST_NOTE:
        faults["note"] = [f"A note has at most {LONGEST_NOTE} characters."]
    if done_on > today():
        faults["done_on"] = ["Training that lies ahead has not been done yet."]
    if valid_until is not None and valid_until < done_on:
        faults["valid_until"] = ["Training holds at least until the day when it was done."]
    return faults


def _target(training: Training) -> Target:
    return Target("user", training.user_id, None, training.user.email)
