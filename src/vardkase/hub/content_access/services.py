"""Services for content access: request, answer, end; effective immediately on all interfaces."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.content_access import mails
from vardkase.hub.content_access.models import OPEN, ContentGrant, GrantOrganisation, GrantReach, GrantState
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.hub.content_access.queries import find_grant
from vardkase.hub.content_access.request_facts import GRANT_ACCESS, facts_of, hours_in
from vardkase.hub.content_access.rules import (
    GRANT,
    OFFICERS,
    is_officer,
    is_operator,
)
from vardkase.hub.content_access.settings import ANSWER_HOURS, MOST_HOURS
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor, reading_actor
from vardkase.identity.access.visibility import event_predicate, reader_parameters
from vardkase.identity.accounts.four_eyes import services as four_eyes
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.identity.accounts.four_eyes.services import drop, propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.hooks import OrganisationsMerged
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.queries.find import is_reference, matches

LONGEST = 2000
SHORTEST = 10


@transaction.atomic
def ask(
    actor: Actor,
    *,
    reason: str,
    hours: int | str,
    reach: str,
    event: str = "",
    organisation: int | None = None,
) -> ContentGrant:
    """Request content access for some hours: to one event (`event` is its id or uuid), one organisation's
    events, or all.

    Raises Forbidden for all but operators in person, Conflict while another request of theirs is open,
    Invalid by field.
    """
    actor.require_own_affairs()
    if not is_operator(actor):
        raise Forbidden(ContentAccessProblem.NOT_AN_OPERATOR())
    # The job may not have recorded yet that the last one has expired.
    _end_overdue(hub_actor(), asked_by=actor.user_id)
    if ContentGrant.objects.filter(asked_by=actor.user_id, state__in=OPEN).exists():
        raise Conflict(ContentAccessProblem.ALREADY_OPEN())
    now = timezone.now()
    grant = ContentGrant.objects.create(
        reason=_checked(reason, "reason", at_least=SHORTEST),
        hours=hours_in(hours, MOST_HOURS.value),
        asked_by_id=actor.user_id,
        asked_by_name=actor.name,
        asked_for=actor.organisation_name,
        asked_at=now,
        answer_by=now + timedelta(hours=ANSWER_HOURS.value),
        **_scope(actor, reach, event, organisation),
    )
    scope = {"reach": grant.reach, "event": grant.event_id, "organisation": grant.organisation_id}
    note_in_history(
        actor, GRANT, grant, HubAction.CONTENT_GRANT_ASKED, grant.reason, hours=grant.hours, **scope
    )
    propose(
        actor,
        GRANT_ACCESS,
        str(grant.pk),
        title=f"{grant.asked_by_name} {grant}",
        parameters=facts_of(grant),
        reason=grant.reason,
        expires_at=grant.answer_by,
    )
    mails.notify_officers(actor, grant)
    return grant


def grant_access(actor: Actor, pk: int | str, *, hours: int | str = "", answer: str = "") -> ContentGrant:
    """Grant content access from now on, for the requested number of hours or fewer.

    Raises NotFound, Forbidden for all but a different person who is an officer of the hub owner and has
    signed in on the pages, TransitionRefused, Conflict when the time to answer is over, Invalid by field.
    """
    request = _to_answer(actor, pk, "grant")
    choices = {"hours": str(hours).strip()} if str(hours).strip() else {}
    four_eyes.approve(actor, request.pk, request.digest, answer.strip()[:LONGEST], choices)
    return find_grant(actor, pk)


def refuse(actor: Actor, pk: int | str, reason: str) -> ContentGrant:
    """Refuse a request with a reason. Raises as `grant_access` does."""
    request = _to_answer(actor, pk, "refuse")
    four_eyes.decline(actor, request.pk, _checked(reason, "reason"))
    return find_grant(actor, pk)


@transaction.atomic
def withdraw(actor: Actor, pk: int | str, reason: str) -> ContentGrant:
    """Revoke content access before it expires, as any officer, with a reason.

    Raises NotFound, Forbidden, TransitionRefused, Invalid under `reason`.
    """
    actor.require_own_affairs()
    actor.require_staff(*OFFICERS)
    grant = _locked(actor, pk)
    GRANT.after(grant.state, "withdraw")
    _end(actor, grant, "withdraw", _checked(reason, "reason"))
    mails.notify_operator(actor, grant, "content_access_refused")
    return grant


@transaction.atomic
def end(actor: Actor, pk: int | str) -> ContentGrant:
    """End the actor's own access, or withdraw their own request. Raises NotFound, Forbidden, TransitionRefused."""
    actor.require_own_affairs()
    grant = _locked(actor, pk)
    if actor.user_id is None or grant.asked_by_id != actor.user_id:
        raise Forbidden(ContentAccessProblem.NOT_THE_REQUESTER())
    GRANT.after(grant.state, "end")
    waiting = waiting_request(GRANT_ACCESS.name, str(grant.pk))
    if waiting is None:
        _end(actor, grant, "end", "")
    else:
        four_eyes.withdraw(actor, waiting.pk)
    return _locked(actor, pk)


def end_overdue() -> int:
    """Record the end of expired access, notify those concerned, and let old requests lapse; returns how many.

    Access does not depend on this: it is checked against its end time.
    """
    return _end_overdue(hub_actor())


def end_widened(merged: OrganisationsMerged) -> None:
    """End access to one organisation's content that would extend to another's after a merger."""
    grants = ContentGrant.objects.select_for_update(of=("self",)).filter(state__in=OPEN)
    # In the order of their keys, so that two transactions lock them in the same order.
    for grant in grants.filter(reach=GrantReach.ORGANISATION, organisation=merged.target_id).order_by("pk"):
        drop(hub_actor(), GRANT_ACCESS, str(grant.pk))
        _end(hub_actor(), grant, "end", gettext("The organisation was merged with another."))


def end_all_but(open_ids: Collection[int], asked_until: datetime) -> int:
    """End access that was asked for until a moment, and is not one of `open_ids`; returns how many."""
    rows = ContentGrant.objects.select_for_update(of=("self",)).filter(
        state__in=OPEN, asked_at__lte=asked_until
    )
    surplus = list(rows.exclude(pk__in=open_ids).order_by("pk"))
    for grant in surplus:
        drop(hub_actor(), GRANT_ACCESS, str(grant.pk))
        _end(hub_actor(), grant, "end", gettext("It had ended before the hub was restored from a backup."))
    return len(surplus)


@transaction.atomic
def _end_overdue(actor: Actor, asked_by: int | None = None) -> int:
    now = timezone.now()
    locked = ContentGrant.objects.select_for_update(of=("self",))
    if asked_by is not None:
        locked = locked.filter(asked_by=asked_by)
    # In the order of their keys, so that two transactions lock them in the same order.
    expired = list(locked.filter(state=GrantState.GRANTED, ends_at__lte=now).order_by("pk"))
    unanswered = list(locked.filter(state=GrantState.ASKED, answer_by__lte=now).order_by("pk"))
    for grant in expired:
        _end(actor, grant, "run_out", "")
    for grant in unanswered:
        drop(actor, GRANT_ACCESS, str(grant.pk))
        take_step(actor, GRANT, grant, "lapse")
    return len(expired) + len(unanswered)


def _end(actor: Actor, grant: ContentGrant, step: str, reason: str) -> None:
    now = timezone.now()
    # Access ended when it expired, even if the job records it later.
    grant.ended_at = min(now, grant.ends_at) if grant.ends_at else now
    grant.ending = reason
    grant.save(update_fields=["ended_at", "ending"])
    take_step(actor, GRANT, grant, step, reason)
    # Only at the end: one mail that covers all reads, not one for each event.
    unnotified = GrantOrganisation.objects.filter(grant=grant, notified_at=None)
    counts = list(
        unnotified.values_list("organisation_id", "organisation__name").annotate(
            n=Count("event_id", distinct=True)
        )
    )
    administrators: dict[int, list[User]] = {}
    ids = [organisation_id for organisation_id, _, _ in counts]
    for person in (
        active_users().filter(org__in=ids, role__perm_admin=True).exclude(pk=grant.asked_by_id or 0)
    ):
        administrators.setdefault(person.org_id, []).append(person)
    for organisation_id, name, count in counts:
        mails.notify_organisation(actor, grant, name, count, administrators.get(organisation_id, []))
    unnotified.update(notified_at=now)


def _to_answer(actor: Actor, pk: int | str, step: str) -> ApprovalRequest:
    actor.require_own_affairs()
    if not is_officer(actor, host_organisation_id()):
        raise Forbidden(ContentAccessProblem.NOT_AN_OFFICER())
    grant = find_grant(actor, pk)
    # Checked before the request: its refusal says which state the grant is in.
    GRANT.after(grant.state, step)
    request = waiting_request(GRANT_ACCESS.name, str(grant.pk))
    if request is None or grant.answer_by <= timezone.now():
        raise Conflict(ContentAccessProblem.TOO_LATE())
    return request


def _locked(actor: Actor, pk: int | str) -> ContentGrant:
    return ContentGrant.objects.select_for_update(of=("self",)).get(pk=find_grant(actor, pk).pk)


def _scope(actor: Actor, reach: str, event: str, organisation: int | None) -> dict[str, Any]:
    if reach not in GrantReach.values:
        raise Invalid({"reach": [CommonProblem.NO_SUCH_CHOICE(choices=GrantReach.values)]})
    if reach == GrantReach.EVENT:
        event_id, uuid = _event(actor, event.strip())
        return {"reach": reach, "event_id": event_id, "event_uuid": uuid}
    if reach == GrantReach.ORGANISATION:
        row = Organisation.objects.filter(pk=organisation or 0).first()
        if row is None:
            raise Invalid({"organisation": [ContentAccessProblem.NO_SUCH_ORGANISATION()]})
        return {"reach": reach, "organisation": row}
    return {"reach": reach}


def _event(actor: Actor, reference: str) -> tuple[int, Any]:
    try:
        host = reading_actor(host_organisation_id() or 0, actor.name)
    # A new hub has no owner yet.
    except Organisation.DoesNotExist:
        raise NotFound(ContentAccessProblem.NO_HUB_OWNER()) from None
    sql = f"SELECT e.id, e.uuid FROM event e WHERE {matches('e', reference)} AND {event_predicate(host)}"
    parameters = {**reader_parameters(host), "reference": reference}
    row = cursor().execute(sql, parameters).fetchone() if is_reference(reference) else None
    if row is None:
        raise Invalid({"event": [ContentAccessProblem.NO_SUCH_EVENT()]})
    return row[0], row[1]


def _checked(text: str, field: str, *, at_least: int = 1) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not at_least <= len(text) <= LONGEST or "\0" in text:
        raise Invalid({field: [ContentAccessProblem.TEXT_LENGTH(least=at_least, most=LONGEST)]})
    return text
