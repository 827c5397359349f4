"""Uniqueness of organisation numbers across members and applicants.

After a reorganisation the old membership is ended, or the old application withdrawn or decided, before the number is
used again.
"""

from __future__ import annotations

from django.utils.translation import gettext

from vardkase.core.sql import cursor
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.members.models import Membership, MembershipState

OPEN = (
    ApplicationState.SUBMITTED,
    ApplicationState.WAITING,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.COMPLETION_REQUESTED,
)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('organisation number ' || %s))"


def holder_of(number: str, *, application: int = 0, organisation: int = 0) -> str:
    """Who else uses the number, in words for an officer; empty if nobody does or there is no number.

    Serialises transactions that use the same number.
    """
    if not number:
        return ""
    cursor().execute(LOCK, (number,))
    members = Membership.objects.filter(organisation_number=number).exclude(state=MembershipState.TERMINATED)
    if found := members.exclude(organisation=organisation).select_related("organisation").first():
        told = gettext("%(name)s is a member with this organisation number. End that membership first.")
        return told % {"name": found.organisation.name}
    applications = Application.objects.filter(organisation_number=number, state__in=OPEN)
    if other := applications.exclude(pk=application).first():
        told = gettext(
            "Application %(number)s, from %(name)s, has this organisation number. Decide it or "
            "have it withdrawn first."
        )
        return told % {"number": other.number, "name": other.organisation_name}
    return ""


def taken_number(number: str, *, application: int) -> dict[str, list[str]]:
    """The applicant's error, by path, for a number already in use. It names nobody."""
    if not holder_of(number, application=application):
        return {}
    told = gettext(
        "Another member or application already has this organisation number. Contact us if it is yours."
    )
    return {"organisation.number": [told]}
