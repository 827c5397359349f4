"""Services for recording users' training."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.problems import TrainingProblem
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import find_training, trainees
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

LONGEST_MODULE = 200
LONGEST_NOTE = 2000
MOST = 500
"""People at once."""


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
    return mark_people(actor, [email], module, done_on=done_on, valid_until=valid_until, note=note)[0]


@transaction.atomic
def mark_people(
    actor: Actor,
    emails: Sequence[str],
    module: str,
    *,
    organisation_id: int | None = None,
    done_on: date | None = None,
    valid_until: date | None = None,
    note: str = "",
) -> list[Training]:
    """Record that these people (of one organisation, if given) have completed a module.

    Organisation administrators do so for their own people, the hub's staff and site administrators for all.
    Raises Forbidden, Invalid.
    """
    actor.require_own_affairs()
    people = trainees(actor)
    done_on = done_on or today()
    if faults := _faults(module, note, done_on, valid_until):
        raise Invalid(faults)
    made = [
        Training(
            user=user,
            module=module.strip(),
            done_on=done_on,
            valid_until=valid_until,
            note=note.strip(),
            marked_by=actor.name,
        )
        for user in _named(people.filter(org_id=organisation_id) if organisation_id else people, emails)
    ]
    trainings = Training.objects.bulk_create(made)
    for training in trainings:
        record(
            actor,
            MembershipAction.TRAINING_ADDED,
            _target(training),
            {"module": training.module, "done_on": str(done_on)},
        )
    return trainings


@transaction.atomic
def remove_training(actor: Actor, training_id: int) -> Training:
    actor.require_own_affairs()
    training = find_training(actor, training_id)
    record(actor, MembershipAction.TRAINING_REMOVED, _target(training), {"module": training.module})
    training.delete()
    return training


def _named(people: QuerySet[User], emails: Sequence[str]) -> Sequence[User]:
    # Twice the same address is one person.
    wanted = {email.strip().lower() for email in emails}
    if not wanted or len(wanted) > MOST:
        raise Invalid({"user": [TrainingProblem.PEOPLE_COUNT(count=MOST)]})
    users = list(people.annotate(address=Lower("email")).filter(address__in=wanted))
    # The same answer for an unknown address and for another organisation's, so that nobody can probe for
    # accounts.
    if len(users) < len(wanted):
        raise Invalid({"user": [TrainingProblem.NOT_A_USER()]})
    return users


def _faults(module: str, note: str, done_on: date, valid_until: date | None) -> dict[str, list[Problem]]:
    faults = {}
    if not 1 <= len(module.strip()) <= LONGEST_MODULE:
        faults["module"] = [TrainingProblem.MODULE_LENGTH(count=LONGEST_MODULE)]
    if len(note) > LONGEST_NOTE:
        faults["note"] = [TrainingProblem.NOTE_TOO_LONG(count=LONGEST_NOTE)]
    if done_on > today():
        faults["done_on"] = [TrainingProblem.IN_THE_FUTURE()]
    if valid_until is not None and valid_until < done_on:
        faults["valid_until"] = [TrainingProblem.ENDS_BEFORE_DONE()]
    return faults


def _target(training: Training) -> Target:
    return Target("user", training.user_id, None, training.user.email)
