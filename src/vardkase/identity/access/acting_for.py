"""The user at the machine's console, acting on behalf of an account."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.console import refuse_at_console
from vardkase.identity.audit_actions import IdentityAction


@transaction.atomic
def in_the_name_of(console: Actor, user: User) -> Actor:
    """The account with its own permissions. Raises Forbidden for an account of a member.

    The person at the console is recorded, and stays one person: where two decide, they count once
    (`Actor.login`).
    """
    refuse_at_console(console, user.org, user)
    record(console, IdentityAction.USER_NAME_USED_AT_CONSOLE, Target("user", user.pk, title=user.email))
    return replace(actor_for(user, Credential.CONSOLE), login=console.login)
