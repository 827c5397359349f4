"""What happens by itself: reminders of deadlines, and the erasure of what a closed request was about."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vardkase.audit.services import record
from vardkase.core.clock import today
from vardkase.hub.audit_actions import DataProtectionAction
from vardkase.hub.data_protection.requests import mails
from vardkase.hub.data_protection.requests.forgetting import forget_contents
from vardkase.hub.data_protection.requests.models import (
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
)
from vardkase.hub.data_protection.requests.models import DataRequestState as State
from vardkase.hub.data_protection.requests.rules import OPEN
from vardkase.hub.data_protection.settings import KEPT_DAYS
from vardkase.identity.access.job_actors import hub_actor

DAYS_BEFORE = (7, 2)
"""A controller, and the handlers, are reminded so many days before the last day, and each day after it."""
AT_ONCE = 500


def remind() -> int:
    """Remind the controllers and the handlers, once a day at most; returns how many were reminded."""
    actor, now = hub_actor(), today()
    days = [now + timedelta(days=days) for days in DAYS_BEFORE]
    waiting = ConcernedController.objects.filter(
        Q(answer_by__in=days) | Q(answer_by__lt=now),
        answered_at=None,
        is_hub_owner=False,
        request__state=State.WITH_CONTROLLERS,
    ).exclude(reminded_on=now)
    reminded = 0
    for controller in waiting.select_related("request")[:AT_ONCE]:
        with transaction.atomic():
            ConcernedController.objects.filter(pk=controller.pk).update(reminded_on=now)
            mails.notify_controller("data_request_reminder", controller, actor)
            reminded += 1
    late = DataSubjectRequest.objects.filter(Q(deadline__in=days) | Q(deadline__lt=now), state__in=OPEN)
    for request in late.exclude(reminded_on=now)[:AT_ONCE]:
        with transaction.atomic():
            DataSubjectRequest.objects.filter(pk=request.pk).update(reminded_on=now)
            mails.notify_handlers("data_request_deadline", request, actor)
            reminded += 1
    return reminded


def forget() -> int:
    """Erase what requests were about that were closed long enough ago; returns how many."""
    actor = hub_actor()
    before = timezone.now() - timedelta(days=KEPT_DAYS.value)
    old = DataSubjectRequest.objects.filter(closed_at__lt=before, forgotten_at=None).order_by("pk")
    count = 0
    for request in old[:AT_ONCE]:
        with transaction.atomic():
            items = ConcernedItem.objects.filter(controller__request=request)
            forget_contents(items)
            items.update(terms=[])
            request.person, request.address, request.sender_mark = "", None, 0
            request.identity_because, request.forgotten_at = "", timezone.now()
            request.save()
            record(actor, DataProtectionAction.DATA_REQUEST_FORGOTTEN, mails.target_of(request))
            count += 1
    return count
