"""Who is excluded from a case about a membership or an application."""

from __future__ import annotations

from vardkase.core.problems import Problem
from vardkase.hub.case_files.access import CaseAccess
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.access import conflict_of as conflict_in_application
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import conflict_of
from vardkase.identity.access.actor import Actor


def _conflict(actor: Actor, case_file: CaseFile) -> Problem | None:
    if case_file.thing_kind == "application":
        application = Application.objects.filter(pk=case_file.thing_id).first()
        return conflict_in_application(actor, application) if application else None
    membership = Membership.objects.select_related("organisation", "application").filter(
        pk=case_file.thing_id
    )
    found = membership.first() if case_file.thing_kind == "membership" else None
    return conflict_of(actor, found) if found else None


MEMBERSHIP_CASES = CaseAccess(conflict=_conflict)
