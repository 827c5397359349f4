"""trainings/*: completed trainings by user. Not in MISP; the names are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import trainings
from vardkase.hub.training.services import mark_trained, remove_training
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int

MOST = 5000
"""Trainings in one answer; the newest."""


def _training_dict(training: Training) -> dict[str, Any]:
    return {
        "Training": {
            "id": str(training.pk),
            "user_id": str(training.user_id),
            "email": training.user.email,
            "module": training.module,
            "done_on": training.done_on.isoformat(),
            "valid_until": training.valid_until and training.valid_until.isoformat(),
            "note": training.note,
            "marked_by": training.marked_by,
        }
    }


@endpoint("trainings/index", requires=(Permission.ADMIN,))
def index(call: Call) -> Answer:
    """List the training completed by the organisation's users, newest first."""
    return Json([_training_dict(training) for training in trainings(call.actor)[:MOST]])


@endpoint(
    "trainings/add",
    requires=(Permission.ADMIN,),
    writes=True,
    describes=Description(
        "Mark a user as trained; days are written as 2026-01-31.",
        ("email", "module"),
        ("done_on", "valid_until", "note"),
    ),
)
def add(call: Call) -> Answer:
    """Record a user as trained."""
    data = call.data("Training")
    try:
        training = mark_trained(
            call.actor,
            str(data.get("email") or ""),
            str(data.get("module") or ""),
            done_on=_day(data, "done_on"),
            valid_until=_day(data, "valid_until"),
            note=str(data.get("note") or ""),
        )
    except Invalid as invalid:
        raise SaveFailed("add Training", "/trainings/add", invalid.errors) from invalid
    return Json(_training_dict(training))


@endpoint(
    "trainings/delete",
    requires=(Permission.ADMIN,),
    writes=True,
    describes=Description(url="/trainings/delete/[training_id]"),
)
def delete(call: Call) -> Answer:
    """Delete a training record entered by mistake."""
    removed = remove_training(call.actor, as_int(call.arg(0)) or 0)
    return saved("The training record has been removed.", "/trainings/delete", email=removed.user.email)


def _day(data: dict[str, Any], name: str) -> date | None:
    written = data.get(name)
    try:
        return date.fromisoformat(str(written)) if written else None
    except ValueError:
        raise Invalid({name: [PolicyProblem.NOT_A_DAY()]}) from None
