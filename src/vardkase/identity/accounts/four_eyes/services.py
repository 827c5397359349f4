"""Services for approval requests: propose, approve (which executes), reject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import Problem
from vardkase.identity.accounts.four_eyes import mails
from vardkase.identity.accounts.four_eyes.decision_rights import rights_today
from vardkase.identity.accounts.four_eyes.hub_in_use import in_use
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import parties_of
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.four_eyes.queries import find, has_changed
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction, action_of, sealed
from vardkase.identity.accounts.four_eyes.rules import (
    NotEligibleToApprove,
    digest_of,
    plain,
    refusal_to_propose,
    require_approver,
    require_means,
)
from vardkase.identity.accounts.four_eyes.settings import APPROVAL_DAYS
from vardkase.identity.accounts.models import User
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting

LONGEST = 5000
State = RequestState


class AlreadyAnswered(Conflict):
    pass


@transaction.atomic
def propose(
    actor: Acting,
    action: ApprovalAction,
    subject: str,
    *,
    title: str,
    reason: str,
    parameters: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> ApprovalRequest:
    """Ask a second person to approve an action; before the hub is in use, some are carried out at once.

    `parameters` is JSON and must not contain secrets. A waiting request of which the subject has changed is replaced.
    Raises Forbidden, Conflict while the same request waits and can be approved, Invalid under `reason`.
    """
    actor.require_own_affairs()
    now = timezone.now()
    alone = not parties_of(actor).isdisjoint(action.alone_until_in_use) and not in_use()
    request = ApprovalRequest(
        action=action.name,
        subject=subject,
        title=title[:255],
        parameters=plain(parameters or {}),
        reason=reason.strip()[:LONGEST] if alone else _words(reason, "reason"),
        proposed_by=actor.user_id,
        proposed_by_name=actor.name[:255],
        proposed_with=actor.credential_name,
        proposed_at_console=actor.login,
        proposed_at=now,
        expires_at=expires_at or now + timedelta(days=APPROVAL_DAYS.value),
    )
    if refusal := refusal_to_propose(actor, action, request, alone=alone):
        raise NotEligibleToApprove(refusal)
    replaced = _refuse_twice(request)
    # After the check: a fingerprint locks what it reads.
    request.subject_state = plain(action.fingerprint(request))
    request.digest = digest_of(request)
    if alone:
        _close(actor, request, State.ALONE, "")
        _record(actor, IdentityAction.APPROVAL_REQUEST_DONE_ALONE, request)
        action.execute(sealed(actor, request, {}))
        return request
    request.save()
    _record(actor, IdentityAction.APPROVAL_REQUEST_PROPOSED, request)
    if not action.writes_itself:
        mails.notify_approvers(action, request)
        for earlier in replaced:
            mails.notify_replaced(action, earlier, request)
    return request


def approve(
    actor: Acting, pk: int, digest: str, remark: str = "", choices: Mapping[str, str] | None = None
) -> Any:
    """Approve the version that was read (`digest`) as the second person; returns the result of carrying it
    out.

    `choices` are what the action lets its approver narrow. Raises NotFound, Forbidden, Conflict if it no
    longer waits or its subject has changed (it is then stale), and as the action.
    """
    try:
        with transaction.atomic():
            return _approve(actor, pk, digest, remark, choices or {})
    except AlreadyAnswered:
        # Not inside the transaction that the error has undone.
        ApprovalRequest.objects.filter(pk=pk, state=State.WAITING).update(state=State.STALE)
        _tell_of_refusal(actor, pk)
        raise
    except (Conflict, Forbidden):
        _tell_of_refusal(actor, pk)
        raise


def _tell_of_refusal(actor: Acting, pk: int) -> None:
    request = ApprovalRequest.objects.get(pk=pk)
    if action := action_of(request):
        action.refused(actor, request)


@transaction.atomic
def decline(actor: Acting, pk: int, answer: str, *, state: RequestState = State.DECLINED) -> ApprovalRequest:
    action, request = _to_answer(actor, pk)
    _close(actor, request, state, _words(answer, "text"))
    _record(actor, IdentityAction.APPROVAL_REQUEST_DECLINED, request, answer=request.answer)
    action.closed(actor, request)
    if not action.writes_itself:
        mails.notify_proposer(action, request)
    return request


@transaction.atomic
def withdraw(actor: Acting, pk: int) -> ApprovalRequest:
    actor.require_own_affairs()
    request = _locked(actor, pk)
    if request.proposed_by != actor.user_id:
        raise NotEligibleToApprove(FourEyesProblem.NOT_THE_PROPOSER())
    _require_waiting(request)
    _close(actor, request, State.WITHDRAWN, "")
    _record(actor, IdentityAction.APPROVAL_REQUEST_WITHDRAWN, request)
    if action := action_of(request):
        action.closed(actor, request)
    return request


def drop(actor: Acting, action: ApprovalAction, subject: str) -> None:
    for request in ApprovalRequest.objects.select_for_update().filter(
        action=action.name, subject=subject, state=State.WAITING
    ):
        _close(actor, request, State.STALE, "")


def own_conflicts(actor: Acting) -> dict[int, Problem | None]:
    """The conflict of interest of the actor in each of their own proposals that wait, or None."""
    return {
        request.pk: action.conflict(actor, request)
        for request in _own_waiting(actor)
        if (action := action_of(request))
    }


def drop_conflicting(actor: Acting, before: Mapping[int, Problem | None]) -> list[ApprovalRequest]:
    """Close those of the actor's own proposals in which they have another conflict of interest now than `before`.

    Those who could have approved them are mailed.
    """
    dropped = []
    for request in _own_waiting(actor).select_for_update():
        action = action_of(request)
        conflict = action.conflict(actor, request) if action else None
        if action is None or not conflict or conflict == before.get(request.pk):
            continue
        _close(actor, request, State.STALE, "")
        _record(actor, IdentityAction.APPROVAL_REQUEST_DROPPED, request)
        mails.notify_dropped(action, request)
        dropped.append(request)
    return dropped


def _own_waiting(actor: Acting) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(proposed_by=actor.user_id or 0, state=State.WAITING).order_by("pk")


def _approve(actor: Acting, pk: int, digest: str, remark: str, choices: Mapping[str, str]) -> Any:
    action, request = _to_answer(actor, pk)
    if digest != request.digest:
        raise Conflict(FourEyesProblem.READ_AGAIN())
    try:
        state_now = plain(action.fingerprint(request))
    except NotFound as gone:
        raise AlreadyAnswered(FourEyesProblem.CHANGED()) from gone
    # The digest is computed anew from the row: a change made in the database itself shows as well.
    if state_now != request.subject_state or digest_of(request) != request.digest:
        raise AlreadyAnswered(FourEyesProblem.CHANGED())
    _close(actor, request, State.APPROVED, remark.strip()[:LONGEST])
    _record(actor, IdentityAction.APPROVAL_REQUEST_APPROVED, request, **_right(actor, action))
    result = action.execute(sealed(actor, request, dict(choices)))
    if not action.writes_itself:
        mails.notify_proposer(action, request)
    return result


def _right(actor: Acting, action: ApprovalAction) -> dict[str, str]:
    """By which delegation the approver decides, for the audit log."""
    account = User.objects.get(pk=actor.user_id or 0)
    right = rights_today().right_of(action.name, account)
    return {"delegation": right.source} if right else {}


def _to_answer(actor: Acting, pk: int) -> tuple[ApprovalAction, ApprovalRequest]:
    actor.require_own_affairs()
    # FOR NO KEY UPDATE: its credentials cannot change meanwhile, but rows that refer to the account can be written.
    accounts = User.objects.select_for_update(of=("self",), no_key=True).select_related("role")
    account = accounts.filter(pk=actor.user_id or 0).first()
    require_means(actor, account)
    request = _locked(actor, pk)
    action = action_of(request)
    if action is None:
        raise NotFound(FourEyesProblem.NOT_FOUND())
    require_approver(actor, action, request, account)
    _require_waiting(request)
    return action, request


def _locked(actor: Acting, pk: int) -> ApprovalRequest:
    return ApprovalRequest.objects.select_for_update().get(pk=find(actor, pk).pk)


def _require_waiting(request: ApprovalRequest) -> None:
    if not request.is_waiting:
        raise Conflict(FourEyesProblem.NOT_WAITING(state=request.state_now.label))


def _refuse_twice(request: ApprovalRequest) -> list[ApprovalRequest]:
    # Returns what the request replaces.
    replaced = []
    same = ApprovalRequest.objects.select_for_update().filter(
        action=request.action, subject=request.subject, state=State.WAITING
    )
    for earlier in same:
        # The unique constraint counts one that can no longer be approved as waiting, until it is marked here.
        if not earlier.is_waiting:
            earlier.state = State.LAPSED
        elif has_changed(earlier):
            earlier.state = State.STALE
            replaced.append(earlier)
        else:
            raise Conflict(FourEyesProblem.ALREADY_PROPOSED())
        earlier.save(update_fields=["state"])
    return replaced


def _close(actor: Acting, request: ApprovalRequest, state: RequestState, answer: str) -> None:
    request.state, request.answer = state, answer
    request.answered_by, request.answered_by_name = actor.user_id, actor.name[:255]
    request.answered_with, request.answered_at = actor.credential_name, timezone.now()
    request.save()


def _record(actor: Acting, act: AuditAction, request: ApprovalRequest, **more: Any) -> None:
    change = {
        "action": request.action,
        "digest": request.digest,
        "proposed_by": request.proposed_by_name,
        "reason": request.reason,
        **more,
    }
    record(actor, act, Target("approval_request", request.pk, title=request.title), change)


def _words(text: str, field: str) -> str:
    cleaned = text.replace("\r\n", "\n").strip()
    if not cleaned:
        raise Invalid({field: [FourEyesProblem.REASON_MISSING()]})
    if len(cleaned) > LONGEST or "\0" in cleaned:
        raise Invalid({field: [FourEyesProblem.REASON_TOO_LONG(count=LONGEST)]})
    return cleaned
