"""The organisation of a membership. Two officers approved it, so no single officer can change it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import Problem
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.rules import conflict_of, require_officer
from vardkase.hub.membership.members.services.transitions import locked, push
from vardkase.hub.membership.members.services.two_people import PROPOSERS, membership_of, propose_step
from vardkase.hub.membership.onboarding.completed_items import for_the_hub, note_done
from vardkase.hub.membership.onboarding.facts import OnboardingFacts
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference, find_organisation
from vardkase.identity.organisations.services import edit_organisation
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.models import Event


@transaction.atomic
def join_organisation(
    actor: Actor, reference: Reference, other: Reference, reason: str = ""
) -> ApprovalRequest:
    """Propose to move a membership to an existing organisation, replacing the one created for it.

    For officers: the member gains ownership of the organisation's data. Raises Conflict if either is in use
    as a member, Invalid for an organisation of the hub's own people and without a reason, NotFound,
    Forbidden.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    organisation = find_organisation(other)
    _require_joinable(membership, organisation)
    return propose_step(actor, JOIN, membership, reason, {"other": organisation.pk})


@transaction.atomic
def take_uuid(
    actor: Actor, reference: Reference, uuid: str, reason: str = ""
) -> Membership | ApprovalRequest:
    """Give a member's organisation the UUID from its own MISP, so that the events it sends are its own.

    For officers, during onboarding and before anything is published. A UUID other than that of the approved
    application is proposed to a second officer, with a `reason`. Raises Conflict later, Invalid for a
    malformed UUID or one in use, NotFound, Forbidden.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    _require_new(membership)
    wanted = _free_uuid(membership, uuid)
    if wanted == OnboardingFacts(membership).other_uuid:
        return _give_uuid(actor, membership, wanted)
    return propose_step(actor, TAKE_UUID, membership, reason, {"uuid": wanted})


def _require_joinable(membership: Membership, other: Organisation) -> None:
    former = membership.organisation
    if membership.state != MembershipState.ONBOARDING or User.objects.filter(org=former).exists():
        raise Conflict(OnboardingProblem.ORGANISATION_IN_USE())
    if Membership.objects.filter(organisation=other).exists():
        raise Conflict(MemberProblem.ALREADY_A_MEMBER(name=other.name))
    if other.pk == host_organisation_id() or User.objects.filter(org=other, staff_roles__len__gt=0).exists():
        raise Invalid({"other": [OnboardingProblem.RUNS_THE_HUB(name=other.name)]})


def _require_new(membership: Membership) -> None:
    has_events = Event.objects.filter(orgc_id=membership.organisation_id).exists()
    if membership.state != MembershipState.ONBOARDING or has_events:
        raise Conflict(OnboardingProblem.UUID_IS_KNOWN())


def _free_uuid(membership: Membership, uuid: str) -> str:
    try:
        wanted = str(UUID(uuid.strip()))
    except ValueError:
        raise Invalid({"uuid": [OnboardingProblem.NOT_A_UUID()]}) from None
    if Organisation.objects.filter(uuid=wanted).exclude(pk=membership.organisation_id).exists():
        raise Invalid({"uuid": [OnboardingProblem.UUID_TAKEN()]})
    return wanted


def _give_uuid(actor: Actor, membership: Membership, uuid: str) -> Membership:
    edit_organisation(for_the_hub(actor), membership.organisation, {"uuid": uuid}, decided=True)
    return note_done(actor, membership, "organisation", uuid, membership)


def _execute_join(approval: Approval) -> Membership:
    membership = membership_of(approval.for_action(JOIN).request)
    former, organisation = membership.organisation, _other(approval.request)
    _require_joinable(membership, organisation)
    if refusal := organisation_conflict(approval.actor, approval.request):
        raise Forbidden(refusal)
    Organisation.objects.filter(pk=organisation.pk).update(local=True)
    membership.organisation = organisation
    membership.save(update_fields=["organisation"])
    if membership.application is not None:
        membership.application.organisation = organisation
        membership.application.save(update_fields=["organisation"])
    # Last: the membership and its application would be deleted with it.
    former.delete()
    push(membership)
    return note_done(cast(Actor, approval.actor), membership, "organisation", organisation.name, membership)


def _execute_take_uuid(approval: Approval) -> Membership:
    membership = membership_of(approval.for_action(TAKE_UUID).request)
    _require_new(membership)
    wanted = _free_uuid(membership, approval.parameters["uuid"])
    return _give_uuid(cast(Actor, approval.actor), membership, wanted)


def _other(request: ApprovalRequest) -> Organisation:
    return find_organisation(request.parameters["other"])


def organisation_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    membership = membership_of(request)
    state = {"state": membership.state, "organisation": _identity(membership.organisation)}
    return state | ({"other": _identity(_other(request))} if "other" in request.parameters else {})


def _identity(organisation: Organisation) -> list[str]:
    return [organisation.name, str(organisation.uuid), *organisation.verified_domains]


def organisation_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    """A conflict of interest in either organisation. Takes no lock: pages that only read call this too."""
    membership = Membership.objects.select_related("organisation").filter(pk=int(request.subject)).first()
    if membership is None:
        return None
    if request.parameters.get("other") == actor.organisation_id:
        return conflict_of(cast(Actor, actor), Membership(organisation_id=actor.organisation_id))
    return conflict_of(cast(Actor, actor), membership)


def describe_join(request: ApprovalRequest) -> ActionDescription:
    other = Organisation.objects.filter(pk=request.parameters["other"]).first()
    membership = Membership.objects.select_related("organisation").filter(pk=int(request.subject)).first()
    former = membership.organisation if membership else None
    return ActionDescription(
        gettext(
            "The membership belongs to the other organisation from now on, with everything it "
            "has here. The approved organisation is deleted. Make sure that they are the same."
        ),
        (
            *_details(
                gettext("Approved"),
                former,
                request.title,
                membership.organisation_number if membership else "",
            ),
            *_details(gettext("Alternative"), other, "–", ""),
        ),
    )


def _details(
    heading: str, organisation: Organisation | None, name: str, number: str
) -> tuple[tuple[str, str], ...]:
    if organisation is None:
        return ((heading, name),)
    users = User.objects.filter(org=organisation).count()
    events = Event.objects.filter(orgc_id=organisation.pk).count()
    rows = (
        (gettext("name"), organisation.name),
        (gettext("organisation number"), number),
        ("UUID", str(organisation.uuid)),
        (gettext("e-mail domains"), ", ".join(organisation.verified_domains)),
        (gettext("accounts"), str(users)),
        (gettext("events"), str(events)),
    )
    return tuple((f"{heading}: {label}", value or "–") for label, value in rows)


def describe_uuid(request: ApprovalRequest) -> ActionDescription:
    membership = Membership.objects.select_related("organisation").filter(pk=int(request.subject)).first()
    before = str(membership.organisation.uuid) if membership else "–"
    applied = OnboardingFacts(membership).other_uuid if membership else ""
    return ActionDescription(
        gettext("Whatever other instances know by this UUID will belong to the member from now on."),
        (
            (gettext("Member"), request.title),
            (gettext("Current UUID"), before),
            (gettext("UUID in the application"), applied or "–"),
            (gettext("New UUID"), request.parameters["uuid"]),
        ),
    )


JOIN = ApprovalAction(
    name="join_organisation",
    title=_("Transfer a membership to another organisation"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=describe_join,
    fingerprint=organisation_fingerprint,
    conflict=organisation_conflict,
    execute=_execute_join,
)
TAKE_UUID = ApprovalAction(
    name="take_uuid",
    title=_("Change a member’s UUID"),
    propose=PROPOSERS,
    approve=OFFICERS,
    describe=describe_uuid,
    fingerprint=organisation_fingerprint,
    conflict=organisation_conflict,
    execute=_execute_take_uuid,
)
