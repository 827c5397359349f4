"""trainings/*: completed trainings by user. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Day, Email, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.policy.policies import day_of
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import trainings
from vardkase.hub.training.services import mark_trained, remove_training
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int

MOST = 5000
"""Trainings in one answer; the newest."""


class TrainingBody(Body, kw_only=True):
    model = "Training"

    email: Mandatory[Email] = ""
    module: Mandatory[Text] = ""
    done_on: Day = None
    valid_until: Day = None
    note: Text = ""


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
def index(call: Call) -> Json:
    """List the training completed by the organisation's users, newest first."""
    return Json([_training_dict(training) for training in trainings(call.actor)[:MOST]])


@endpoint(
    "trainings/add",
    requires=(Permission.ADMIN,),
    writes=True,
    describes=Description("Mark a user as trained; days are written as 2026-01-31."),
)
def add(call: Call, *, body: TrainingBody) -> Json:
    """Record a user as trained."""
    try:
        training = mark_trained(
            call.actor,
            body.email,
            body.module,
            done_on=day_of("done_on", body.done_on),
            valid_until=day_of("valid_until", body.valid_until),
            note=body.note,
        )
    except Invalid as invalid:
        raise SaveFailed("add Training", "/trainings/add", invalid.errors) from invalid
    return Json(_training_dict(training))


@endpoint("trainings/delete", requires=(Permission.ADMIN,), writes=True)
def delete(call: Call, training_id: str) -> Saved:
    """Delete a training record entered by mistake."""
    removed = remove_training(call.actor, as_int(training_id) or 0)
    return saved("The training record has been removed.", "/trainings/delete", email=removed.user.email)
