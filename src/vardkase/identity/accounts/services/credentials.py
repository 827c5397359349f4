"""Who set what somebody signs in with."""

from __future__ import annotations

from django.utils import timezone

from vardkase.audit.services import ActorReference
from vardkase.identity.accounts.models import AuthKey, User

CONSOLE = "console"


def is_another(actor: ActorReference, user: User) -> bool:
    """Whether `actor` is not certainly the person of the account: the console never is, in whatever account's name."""
    return actor.user_id != user.pk or actor.credential_name == CONSOLE


def note_who_set(actor: ActorReference, user: User) -> None:
    """Record on `user` (saved here) when somebody else set a credential of the account; nothing for its owner."""
    if is_another(actor, user):
        user.credentials_set_by_another_at = timezone.now()
        User.objects.filter(pk=user.pk).update(
            credentials_set_by_another_at=user.credentials_set_by_another_at
        )


def note_issuer(actor: ActorReference, key: AuthKey) -> None:
    """Record on `key` (not saved here) who issued it."""
    key.issued_by_id = actor.user_id
    key.issued_by_name = actor.name[:255]
    key.issued_at_console = actor.credential_name == CONSOLE
