"""Membership applications, for the hub's officers; not in MISP."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.hub.membership.applications import queries
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.hub.membership.assessments.services.steps import take_alone
from vardkase.identity.accounts.staff import StaffRole

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
READERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
MOST = 1000
IMPORT = "/membershipApplications/import"
STEP = "/membershipApplications/step"


class ApplicationQuery(Params, kw_only=True):
    state: Text = ""


class ApplicationForm(Body, kw_only=True):
    model = "Application"

    organisation: Mandatory[Anything] = None
    contacts: Mandatory[Anything] = None
    needs: Mandatory[Anything] = None
    security: Mandatory[Anything] = None
    connection: Mandatory[Anything] = None
    terms: Mandatory[Anything] = None
    language: Anything = None


class ApplicationStep(Body, kw_only=True):
    model = "Application"

    step: Mandatory[Text] = ""
    note: Text = ""


def application_dict(application: Application) -> dict[str, Any]:
    return {
        "number": application.number,
        "state": application.state,
        "organisation": application.organisation_name,
        "organisation_number": application.organisation_number,
        "sector": application.sector,
        "connection": application.connection,
        "phase": application.phase,
        "waits_for": application.waits_for,
        "submitted": application.submitted.isoformat() if application.submitted else None,
    }


@endpoint("membershipApplications/index", staff=READERS)
def index(call: Call, *, params: ApplicationQuery) -> Json:
    """List the newest applications, at most 1,000; ``state`` filters by state."""
    applications = queries.applications(call.actor, params.state)[:MOST]
    return Json([{"Application": application_dict(application)} for application in applications])


@endpoint("membershipApplications/view", staff=READERS)
def view(call: Call, number: str) -> Json:
    """Return one application by number, with its answers."""
    application = queries.find_application(call.actor, number)
    return Json({"Application": {**application_dict(application), "answers": application.answers}})


@endpoint(
    "membershipApplications/import",
    body=BodyLimits.FILES,
    staff=OFFICER,
    writes=True,
    methods=("POST",),
    describes=Description(
        "Register an application that came otherwise: the form as JSON, as docs/membership.md describes."
    ),
)
def import_document(call: Call, *, body: ApplicationForm) -> Saved:
    """Register and submit an application. Validation errors are reported by member path."""
    try:
        application = import_application(call.actor, dict(body.sent))
    except Invalid as error:
        raise SaveFailed("add Application", IMPORT, error.errors) from error
    return saved("Application registered.", IMPORT, data={"Application": application_dict(application)})


@endpoint(
    "membershipApplications/step",
    staff=OFFICER,
    writes=True,
    methods=("POST",),
    describes=Description(
        "Take an application on by a step that needs no second officer.",
        url="/membershipApplications/step/[number]",
    ),
)
def step(call: Call, number: str, *, body: ApplicationStep) -> Saved:
    """Apply a transition: submit, wait, queue, complete, withdraw or resume. 409 if the state does not allow
    it."""
    application = queries.find_application(call.actor, number)
    try:
        taken = take_alone(call.actor, application, body.step, body.note)
    except Invalid as error:
        raise SaveFailed("edit Application", STEP, error.errors) from error
    return saved("Step taken.", STEP, data={"Application": application_dict(taken)})
