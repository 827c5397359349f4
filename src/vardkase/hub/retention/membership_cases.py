"""What a disposed case of an application or a membership leaves in the registers: number, dates, kind and outcome."""

from __future__ import annotations

from datetime import datetime

from vardkase.core.sql import cursor
from vardkase.hub.membership.applications.models import Application, ApplicationState
from vardkase.hub.membership.assessments import decision
from vardkase.hub.membership.assessments.models import CriterionAssessment, Partiality
from vardkase.hub.membership.assessments.services import reopening
from vardkase.hub.membership.conditions import deciding
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.contacts.models import Contact, ExtraFields
from vardkase.hub.membership.members.models import Membership, MembershipState, ProposedChange
from vardkase.hub.membership.members.services import changes, reinstatement, two_people
from vardkase.hub.membership.statements import reviewing
from vardkase.hub.membership.statements.models import Evidence, Statement
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction

type Actions = tuple[ApprovalAction, ...]

ENDED = (
    ApplicationState.APPROVED,
    ApplicationState.REJECTED,
    ApplicationState.DISMISSED,
    ApplicationState.WITHDRAWN,
)
OF_APPLICATIONS: Actions = (decision.DECIDE, reopening.REOPEN)
"""Approvals whose subject is the number of an application."""
OF_MEMBERSHIPS: Actions = (
    *two_people.ACTIONS,
    reinstatement.REINSTATE,
    changes.ACCEPT_CHANGE,
    deciding.IMPOSE,
    deciding.EXTEND,
    reviewing.ACCEPT,
    reviewing.RETURN,
)
"""Approvals whose subject is the id of a membership."""
KEPT_PARAMETERS = ("outcome", "basis", "appeal")
"""What was decided and on which ground, without words."""
COUNTS = ("state", "events", "users", "keys", "connections")


def empty_application(application_id: int, mark: str) -> None:
    """What the applicant sent and officers wrote goes, with its files; nothing of one that is still examined."""
    rows = Application.objects.filter(pk=application_id, state__in=ENDED)
    changed = rows.update(
        organisation_name=mark,
        organisation_number="",
        email="",
        answers={},
        saved={},
        reopened=[],
        registered_by=None,
    )
    if not changed:
        return
    application = rows.get()
    application.links.all().delete()
    application.attachments.all().delete()
    application.documents.all().delete()
    application.messages.all().delete()
    CriterionAssessment.objects.filter(application=application).update(reason="", assessed_by="")
    Partiality.objects.filter(application=application).update(reason="")
    _empty_acceptances(None, application_id)
    application.invitations.update(email="", note="", created_by="")


def empty_membership(membership_id: int, mark: str, opened: datetime, closed: datetime) -> None:
    """Words of the decisions in the case go. Of a membership that had ended when the case was closed, the people and
    its statements go as well; the organisation stays, since what it shared is here."""
    found = Membership.objects.filter(pk=membership_id)
    conditions = MemberCondition.objects.filter(membership=membership_id, letter__at__range=(opened, closed))
    conditions.update(text=mark)
    proposed = ProposedChange.objects.filter(membership=membership_id, proposed__range=(opened, closed))
    proposed.exclude(decided=None).update(fields={}, note="", proposed_by="", decided_by="", reason="")
    membership = found.filter(state=MembershipState.TERMINATED, ended__lte=closed).first()
    if membership is None:
        return
    ending = {name: membership.ending[name] for name in COUNTS if name in membership.ending}
    found.update(details={}, organisation_number="", ending=ending)
    membership.changes.exclude(decided=None).update(
        fields={}, note="", proposed_by="", decided_by="", reason=""
    )
    membership.conditions.update(text=mark)
    Evidence.objects.filter(statement__membership=membership).delete()
    Statement.objects.filter(membership=membership).update(
        answers={}, submitted_by="", reviewed_by="", note=""
    )
    Contact.objects.filter(organisation=membership.organisation_id).delete()
    ExtraFields.objects.filter(organisation=membership.organisation_id).delete()
    _empty_acceptances(membership.organisation_id, None)


def _empty_acceptances(organisation: int | None, application: int | None) -> None:
    cursor().execute(EMPTY_ACCEPTANCES, {"organisation": organisation, "application": application})


# Never changed, as documents are not: deleted, and entered again with version and day.
EMPTY_ACCEPTANCES = """
WITH gone AS (DELETE FROM terms_acceptance
    WHERE organisation_id = %(organisation)s::bigint OR application_id = %(application)s::bigint RETURNING *)
INSERT INTO terms_acceptance SELECT (jsonb_populate_record(NULL::terms_acceptance,
    to_jsonb(gone) || jsonb_build_object('name', '', 'role', '', 'given_by', ''))).* FROM gone
"""
