"""Who a background job acts as."""

from __future__ import annotations

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User


def job_actor(user_id: int) -> Actor:
    """The user who ordered a job, with what they may do when it runs. Raises Forbidden when they are gone or off."""
    user = User.objects.select_related("org", "role").filter(pk=user_id).first()
    if user is None or not user.is_active:
        raise Forbidden("Whoever ordered this may not act any more.")
    return actor_for(user, Credential.JOB)
