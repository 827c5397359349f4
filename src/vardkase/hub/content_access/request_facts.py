"""Granting content access to an operator by an officer's approval: the approved payload, and its execution."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.content_access import mails
from vardkase.hub.content_access.models import ContentGrant, GrantReach
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.hub.content_access.rules import GRANT, conflict, is_officer
from vardkase.hub.lifecycle.services import take_step
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.acting import Acting
from vardkase.identity.organisations.settings import host_organisation_id


def facts_of(grant: ContentGrant) -> dict[str, Any]:
    return {
        "reach": grant.reach,
        "event": grant.event_id,
        "organisation": grant.organisation.name if grant.organisation else "",
        "hours": grant.hours,
    }


def hours_in(value: int | str, most: int) -> int:
    text = str(value).strip()
    hours = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= hours <= most:
        raise Invalid({"hours": [ContentAccessProblem.HOURS_OUT_OF_RANGE(most=most)]})
    return hours


def describe_request(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    effect = ngettext(
        "%(name)s may read content of the hub for up to %(hours)s hour from approval.",
        "%(name)s may read content of the hub for up to %(hours)s hours from approval.",
        int(given["hours"]),
    )
    details = [(gettext("What can be opened"), str(GrantReach(given["reach"]).label))]
    if subject := _event_in_words(given["event"]) or given["organisation"]:
        details.append((gettext("Which"), str(subject)))
    facts = {"name": request.proposed_by_name, "hours": given["hours"]}
    return ActionDescription(effect % facts, tuple(details), f"/content-access/{request.subject}/")


def _event_in_words(event_id: int | None) -> str:
    # By number and creator: its title is content, which the approver may not be allowed to read.
    if not event_id:
        return ""
    row = cursor().execute(CREATOR, (event_id,)).fetchone()
    if row is None:
        return str(event_id)
    return gettext("Event %(id)s, created by %(name)s") % {"id": event_id, "name": row[0]}


CREATOR = "SELECT o.name FROM event e JOIN organisation o ON o.id = e.orgc_id WHERE e.id = %s"


def _grant_of(request: ApprovalRequest) -> ContentGrant:
    return first_or_not_found(
        ContentGrant.objects.select_for_update(of=("self",)).filter(pk=int(request.subject)),
        ContentAccessProblem.NO_SUCH_REQUEST(),
    )


def request_state(request: ApprovalRequest) -> dict[str, Any]:
    grant = _grant_of(request)
    return {
        "state": grant.state,
        "asked_by": grant.asked_by_id,
        "organisation_id": grant.organisation_id,
        **facts_of(grant),
    }


def request_conflict(actor: Acting, request: ApprovalRequest) -> Problem | None:
    # Without a lock: pages that only read ask this too, outside a transaction.
    person = cast(Actor, actor)
    grant = ContentGrant.objects.filter(pk=int(request.subject)).first()
    if grant is None or (not request.pk and grant.asked_by_id == person.user_id):
        return None
    if not is_officer(person, host_organisation_id()):
        return ContentAccessProblem.NOT_AN_OFFICER()
    return conflict(person, grant)


def _grant_request(approval: Approval) -> ContentGrant:
    grant, actor = _grant_of(approval.for_action(GRANT_ACCESS).request), cast(Actor, approval.actor)
    GRANT.after(grant.state, "grant")
    # The requester may have lost the duty while the request waited.
    if not active_users().filter(pk=grant.asked_by_id or 0, staff_roles=["operator"]).exists():
        raise Conflict(ContentAccessProblem.NO_LONGER_AN_OPERATOR())
    # The officer may grant fewer hours than were asked for, never more.
    grant.hours = hours_in(approval.choices.get("hours") or grant.hours, grant.hours)
    _note_answer(actor, grant, approval.request)
    grant.ends_at = timezone.now() + timedelta(hours=grant.hours)
    grant.save()
    take_step(actor, GRANT, grant, "grant", grant.answer)
    mails.notify_operator(actor, grant, "content_access_granted")
    return grant


def request_closed(actor: Acting, request: ApprovalRequest) -> None:
    grant = _grant_of(request)
    if request.state == RequestState.WITHDRAWN:
        grant.ended_at = timezone.now()
        grant.save(update_fields=["ended_at"])
        take_step(actor, GRANT, grant, "end")
        return
    _note_answer(actor, grant, request)
    grant.save()
    take_step(actor, GRANT, grant, "refuse", grant.answer)
    mails.notify_operator(actor, grant, "content_access_refused")


def _note_answer(actor: Acting, grant: ContentGrant, request: ApprovalRequest) -> None:
    grant.decided_by_id, grant.decided_by_name = actor.user_id, actor.name
    grant.decided_at, grant.answer = request.answered_at, request.answer


GRANT_ACCESS = ApprovalAction(
    name="grant_content_access",
    title=_("Grant an operator access to content"),
    propose=frozenset({Party.OPERATOR}),
    approve=OFFICERS,
    describe=describe_request,
    fingerprint=request_state,
    conflict=request_conflict,
    execute=_grant_request,
    closed=request_closed,
    writes_itself=True,
)
