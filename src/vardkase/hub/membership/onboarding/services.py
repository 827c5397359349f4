"""Technical checklist items, performed from its page by an officer or operator without access to shared content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from vardkase.core.errors import Conflict, Invalid
from vardkase.exchange.servers.confirmation import propose_confirmation, waits_for_confirmation
from vardkase.exchange.servers.connection_test import Checkup, check
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.services import add_server, edit_server
from vardkase.hub.audit_actions import MembershipAction
from vardkase.hub.lifecycle.services import note_in_history
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import MEMBERSHIP, require_officer
from vardkase.hub.membership.members.services.transitions import locked, reasons
from vardkase.hub.membership.onboarding.completed_items import for_the_hub, note_done, open_membership
from vardkase.hub.membership.onboarding.facts import OnboardingFacts
from vardkase.hub.membership.onboarding.items import NAMES
from vardkase.hub.membership.onboarding.models import Remark
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.sign_in_policy import services as entrance


@transaction.atomic
def register_networks(actor: Actor, reference: Reference, networks: list[str]) -> Membership:
    membership = open_membership(actor, reference)
    entrance.set_networks(actor, membership.organisation, networks)
    return note_done(actor, membership, "networks", ", ".join(networks), membership)


@transaction.atomic
def register_certificate(actor: Actor, reference: Reference, pem: str) -> Membership:
    membership = open_membership(actor, reference)
    added = entrance.add_certificate(actor, membership.organisation, pem)
    return note_done(actor, membership, "certificate", added.subject, membership)


@transaction.atomic
def verify_domain(
    actor: Actor, reference: Reference, domain: str, *, method: str, mailbox: str = ""
) -> Membership:
    membership = open_membership(actor, reference)
    entrance.start_domain_check(actor, membership.organisation, domain, method, mailbox)
    return note_done(actor, membership, "domain", domain, membership)


@transaction.atomic
def connect(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Server | ApprovalRequest:
    """Set up or change the connection to a member's instance (``url, authkey, push, pull``).

    Nothing is fetched before the member confirms it; with a `reason` the actor proposes that two officers
    confirm instead, and the waiting request is returned. Raises Invalid by field, NotFound, Forbidden.
    """
    membership = open_membership(actor, reference)
    organisation, data = membership.organisation, dict(data)
    reason = str(data.pop("reason", "") or "")
    server = Server.objects.filter(remote_org=organisation).order_by("priority").first()
    fields = {"name": organisation.name, **data, "remote_org_id": organisation.pk}
    # With the actor's own duties: an operator, who may not read content, may not make a connection send it either.
    acting = replace(for_the_hub(actor), staff=actor.staff)
    saved = edit_server(acting, server.pk, fields) if server else add_server(acting, fields)
    note_done(actor, membership, "server", saved.url, saved)
    if reason and waits_for_confirmation(saved):
        return propose_confirmation(actor, saved, reason)
    return saved


def test_connection(actor: Actor, reference: Reference) -> Checkup:
    # The check waits for another server: the membership is not kept locked for so long.
    with transaction.atomic():
        membership = open_membership(actor, reference)
        server = Server.objects.filter(remote_org=membership.organisation).order_by("priority").first()
    if server is None:
        raise Conflict(OnboardingProblem.NO_CONNECTION())
    return check(for_the_hub(actor), server.pk)


@transaction.atomic
def waive(actor: Actor, reference: Reference, item: str, note: str) -> Remark:
    """Say why a member does not need an item of its checklist; whether one is done follows from the facts alone.

    Raises Invalid for an item that every member needs, Conflict for networks that its sign-in requires, NotFound,
    Forbidden unless the actor is an officer.
    """
    membership = locked(actor, reference)
    require_officer(actor, membership)
    if item not in NAMES or not NAMES[item].is_optional:
        raise Invalid({"item": [OnboardingProblem.NOT_OPTIONAL()]})
    if item == "networks" and OnboardingFacts(membership).lacks_source:
        raise Conflict(OnboardingProblem.LACKS_SOURCE())
    remark, _ = Remark.objects.update_or_create(
        {"note": reasons(note), "by": actor.name}, membership=membership, item=item
    )
    return note_done(actor, membership, item, remark.note, remark)


@transaction.atomic
def reopen(actor: Actor, reference: Reference, item: str) -> Membership:
    membership = locked(actor, reference)
    require_officer(actor, membership)
    Remark.objects.filter(membership=membership, item=item).delete()
    note_in_history(actor, MEMBERSHIP, membership, MembershipAction.MEMBERSHIP_REOPENED_ITEM, item)
    return membership
