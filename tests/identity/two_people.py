"""Approving as the second person does: on the pages, right after step-up authentication."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes import services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User


def at_screen(user: User) -> Actor:
    """The person in a browser, with the account's current state, right after step-up authentication."""
    found = User.objects.select_related("org", "role").get(pk=user.pk)
    return actor_for(found, Credential.BROWSER, confirmed_at=timezone.now())


def the_request() -> ApprovalRequest:
    """The only pending request."""
    return ApprovalRequest.objects.get(state="waiting")


def approved(second: User, request: ApprovalRequest | None = None, remark: str = "", **choices: str) -> Any:
    """What a request (the only pending one by default) results in once `second` has read and approved it."""
    found = request or the_request()
    return services.approve(at_screen(second), found.pk, found.digest, remark, choices)
