"""Queries for approval requests: those the actor's duties may approve, and their own."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.core.errors import NotFound
from vardkase.identity.accounts.four_eyes.decision_rights import rights_today
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState
from vardkase.identity.accounts.four_eyes.parties import Party, parties_of
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.four_eyes.registry import action_of, actions
from vardkase.identity.accounts.four_eyes.rules import plain, refusal_of_part
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.acting import Acting
from vardkase.misp.flags import is_id


def visible(actor: Acting) -> QuerySet[ApprovalRequest]:
    """Requests that the actor may read: those that their duty approves, all for auditors, and their own."""
    parties = parties_of(actor)
    if Party.AUDITOR in parties:
        return ApprovalRequest.objects.all()
    names = [action.name for action in actions() if parties & action.approve]
    own = Q(proposed_by=actor.user_id) if actor.user_id is not None else Q(pk=0)
    return ApprovalRequest.objects.filter(Q(action__in=names) | own)


def waiting() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(state=RequestState.WAITING, expires_at__gt=timezone.now()).order_by(
        "expires_at", "pk"
    )


def find(actor: Acting, pk: int | str) -> ApprovalRequest:
    text = str(pk)
    request = visible(actor).filter(pk=int(text)).first() if is_id(text) else None
    if request is None or action_of(request) is None:
        raise NotFound(FourEyesProblem.NOT_FOUND())
    return request


def waiting_request(action: str, subject: str) -> ApprovalRequest | None:
    return waiting().filter(action=action, subject=subject).first()


def requests_about(actor: Acting, user: User) -> list[ApprovalRequest]:
    about = waiting().filter(subject=str(user.pk), title=user.email)
    return list(about.filter(pk__in=visible(actor).values("pk")))


def to_answer(actor: Acting) -> list[ApprovalRequest]:
    parties = parties_of(actor)
    names = [each.name for each in actions() if parties & each.approve]
    account = User.objects.select_related("role").filter(pk=actor.user_id or 0).first() if names else None
    if account is None:
        return []
    # Without locks below: each page counts these in its navigation, outside a transaction.
    requests, rights = waiting().filter(action__in=names), rights_today()
    return [
        each
        for each in requests
        if (action := action_of(each)) and not refusal_of_part(actor, action, each, account, rights)
    ]


def count_to_answer(actor: Acting) -> int:
    return len(to_answer(actor))


def has_changed(request: ApprovalRequest) -> bool:
    action = action_of(request)
    if action is None:
        return True
    with transaction.atomic():  # A fingerprint locks what it reads.
        try:
            now: Mapping[str, object] = plain(action.fingerprint(request))
        except NotFound:
            return True
    return bool(now != request.subject_state)
