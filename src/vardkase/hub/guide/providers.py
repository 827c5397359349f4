"""An organisation's progress in the guide, collected from the hub's packages."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from vardkase.hub import guide
from vardkase.hub.guide import Progress
from vardkase.hub.membership.agreements.queries import acceptance_of
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.hub.membership.sectors import Connection
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.policy.queries import policy_in_force
from vardkase.hub.training.queries import trained_users
from vardkase.identity.accounts.models import AuthKey, User

STANDING = (MembershipState.ACTIVE, MembershipState.SUSPENDED)
DECIDED = (ApplicationState.APPROVED, ApplicationState.REJECTED, ApplicationState.DISMISSED)


def trained(organisation_id: int) -> Sequence[Progress]:
    count = trained_users(organisation_id).count()
    text = gettext("Users trained: %(n)s") % {"n": count}
    return [Progress(text, done=count > 0)]


def analysed(organisation_id: int) -> Sequence[Progress]:
    application = _application(organisation_id)
    if application is None:
        return []
    return [Progress(gettext("Self-analysis in the application"), done=bool(application.submitted))]


def accepted(organisation_id: int) -> Sequence[Progress]:
    membership = _membership(organisation_id)
    if membership is None:
        return []
    version = current_terms().version
    text = gettext("Accept the terms, version %(n)s") % {"n": version}
    return [Progress(text, done=acceptance_of(membership, version) is not None)]


def applied(organisation_id: int) -> Sequence[Progress]:
    application, membership = _application(organisation_id), _membership(organisation_id)
    steps = []
    if application is not None:
        text = f"{application.number}: {application.get_state_display()}"
        steps.append(Progress(text, done=application.state in DECIDED))
    if membership is not None:
        steps.append(Progress(gettext("The organisation is a member"), done=True))
    return steps


def connected(organisation_id: int) -> Sequence[Progress]:
    people = User.objects.filter(org=organisation_id, last_login__isnull=False).exists()
    machines = AuthKey.objects.filter(user__org=organisation_id, last_used__isnull=False).exists()
    membership = _membership(organisation_id)
    steps = [Progress(gettext("Someone has signed in"), done=people)]
    if membership is None or membership.connection != Connection.WEB:
        steps.append(Progress(gettext("A system has used the API with a key"), done=machines))
    if membership is not None and membership.state not in STANDING:
        steps += [Progress(str(line.item.title), done=line.is_settled) for line in checklist(membership)]
    return steps


def routines(organisation_id: int) -> Sequence[Progress]:
    return [
        Progress(
            gettext("A sharing policy is in force"),
            done=policy_in_force(organisation_id) is not None,
            view="sharing_policy",
        )
    ]


PROVIDERS = {
    "read": trained,
    "needs": analysed,
    "terms": accepted,
    "apply": applied,
    "connect": connected,
    "routines": routines,
}


def of_applicant(application: Application) -> dict[str, list[Progress]]:
    """The progress of an applicant by step: from the application, and from the organisation once approved."""
    by_step: dict[str, list[Progress]] = {step: [] for step in guide.STEPS}
    if application.state == ApplicationState.APPROVED and application.organisation_id:
        by_step = guide.progress(application.organisation_id)
    sent = application.submitted is not None
    by_step["needs"] = [Progress(gettext("Self-analysis in the application"), "needs" in application.saved)]
    if not by_step["terms"]:
        text = gettext("The terms are accepted in the application")
        by_step["terms"] = [Progress(text, "terms" in application.saved)]
    by_step["apply"] = [
        Progress(gettext("The application has been submitted"), sent),
        Progress(gettext("The application is decided"), application.state in DECIDED),
    ]
    return by_step


def _application(organisation_id: int) -> Application | None:
    return Application.objects.filter(organisation=organisation_id).order_by("-pk").first()


def _membership(organisation_id: int) -> Membership | None:
    return Membership.objects.select_related("application").filter(organisation=organisation_id).first()
