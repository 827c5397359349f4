"""Acceptance of a version by a signatory of the organisation."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import AuditActor, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.membership.agreements import queries
from vardkase.hub.membership.agreements.models import Acceptance
from vardkase.hub.membership.agreements.services.asking import request_of
from vardkase.hub.membership.applications.accepted_terms import accepted_version
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.terms.drafts import target_of
from vardkase.hub.membership.terms.problems import TermsProblem
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

LONGEST = 200
PRIVATE_LINK = "private link"


def membership_of(actor: Actor) -> Membership:
    """The membership whose terms the actor may accept. Raises Forbidden, NotFound if there is none."""
    actor.require(Permission.ADMIN)
    return first_or_not_found(
        Membership.objects.select_related("organisation", "application")
        .filter(organisation=actor.organisation_id)
        .exclude(state=MembershipState.TERMINATED),
        TermsProblem.NOT_A_MEMBER(),
    )


def accept(actor: Actor, version: int, name: str, role: str) -> Acceptance:
    """Record, as an administrator of the member, that its signatory accepted a version.

    Raises Forbidden, NotFound, Conflict unless the version is current and not yet accepted, Invalid by field.
    """
    actor.require_writing()
    return _accept(actor, membership_of(actor), version, name, role, given_by=actor.name)


def accept_by_link(actor: AuditActor, token: str, name: str, role: str) -> Acceptance:
    """As `accept`, by the holder of the private link, without signing in."""
    request = request_of(token)
    return _accept(actor, request.membership, request.version, name, role, given_by=PRIVATE_LINK)


def accept_with_application(application: Application) -> None:
    """Store the signatory's acceptance from an application, in the transaction that approves it."""
    version = accepted_version(application)
    if version is None:
        return
    answers = application.answers["terms"]
    Acceptance.objects.get_or_create(
        version=version,
        application=application,
        defaults={
            "name": str(answers.get("name", ""))[:LONGEST],
            "role": str(answers.get("role", ""))[:LONGEST],
            "given_by": application.number,
        },
    )


@transaction.atomic
def _accept(
    actor: AuditActor, membership: Membership, version: int, name: str, role: str, *, given_by: str
) -> Acceptance:
    terms = current_terms()
    if terms.version != version:
        raise Conflict(TermsProblem.ANOTHER_VERSION_APPLIES())
    # The administrator and the holder of the link may answer at once: the second finds the first answer.
    Membership.objects.select_for_update().get(pk=membership.pk)
    if queries.acceptance_of(membership, version):
        raise Conflict(TermsProblem.ALREADY_ACCEPTED())
    acceptance = Acceptance.objects.create(
        version=version,
        organisation=membership.organisation,
        name=_text(name, "name"),
        role=_text(role, "role"),
        given_by=given_by,
    )
    change = {"organisation": membership.organisation.name, "name": acceptance.name, "role": acceptance.role}
    record(actor, MembershipAction.TERMS_ACCEPTED, target_of(terms), change)
    return acceptance


def _text(value: str, field: str) -> str:
    text = " ".join(value.split())
    if not text or len(text) > LONGEST or "\0" in text:
        raise Invalid({field: [HubProblem.TEXT_LENGTH(count=LONGEST)]})
    return text
