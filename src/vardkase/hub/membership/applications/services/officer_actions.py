"""Actions by name that one officer may take alone, for the API and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.applications.services import submission
from vardkase.identity.access.actor import Actor

type TakeStep = Callable[[Actor, Application, str], Application]

ALONE: Mapping[str, TakeStep] = {
    "submit": lambda actor, application, _note: submission.submit(actor, application),
    "wait": submission.wait,
    "queue": submission.queue,
    "complete": submission.complete,
    "withdraw": submission.withdraw,
}


def take(actor: Actor, application: Application, name: str, note: str = "") -> Application:
    """Apply the step `name` to an application. The caller has checked conflicts of interest.

    Raises TransitionRefused, Conflict, Forbidden; Invalid under `step` for a step that is unknown or that an
    officer cannot take alone, under `note` for a withdrawal that does not name the applicant who asked for
    it.
    """
    if name == "withdraw" and not note.strip():
        raise Invalid({"note": [ApplicationProblem.LACKS_REQUESTER()]})
    if name not in ALONE:
        if name in APPLICATION.steps:
            raise Invalid({"step": [ApplicationProblem.TAKES_TWO_OFFICERS()]})
        raise Invalid({"step": [CommonProblem.NO_SUCH_CHOICE(choices=list(ALONE))]})
    return ALONE[name](actor, application, note)
