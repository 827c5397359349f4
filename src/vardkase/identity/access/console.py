"""The person at the machine's console, in the name of an account."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.at_console import refuse_at_console


@transaction.atomic
def in_the_name_of(console: Actor, user: User) -> Actor:
    """The account with its own rights and no more. Who sits at the console is written down, and stays one person:
    where two decide, they are not both there (`Actor.login`). Raises Forbidden for an account of a member."""
    refuse_at_console(console, user.org, user)
    record(console, "user.name_used_at_console", Target("user", user.pk, title=user.email))
    return replace(actor_for(user, Credential.CONSOLE), login=console.login)
