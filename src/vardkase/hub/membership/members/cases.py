"""The case that decisions about a membership belong to: opened with the first of its letters, closed by an officer."""

from __future__ import annotations

from django.utils.translation import gettext, override

from vardkase.audit.services import AuditActor
from vardkase.hub.case_files.models import CaseFile, CaseKind
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.case_files.services import open_case_file
from vardkase.hub.membership.members.models import Membership

THING = "membership"


def open_case(membership: Membership) -> CaseFile | None:
    found = case_file_of(THING, membership.pk)
    return found if found and found.is_open else None


def case_for(actor: AuditActor, membership: Membership) -> CaseFile:
    """The open case about the membership (row locked by the caller), or a new one."""
    if found := open_case(membership):
        return found
    with override("sv"):
        title = gettext("Membership of %(name)s") % {"name": membership.organisation.name}
    return open_case_file(actor, CaseKind.MEMBERSHIP, title, THING, membership.pk, membership.organisation)
