"""Who set what somebody signs in with."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.audit.services import ActorReference
from vardkase.core.clock import now_seconds
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


def note_owner_set(user: User) -> None:
    """Record on `user` (saved here) that its owner has chosen what they sign in with.

    For the first password of an account that nobody has signed in to, by a link that went to an address which the
    organisation itself, or two officers, had named: what others set before opens nothing any more.
    """
    user.credentials_set_by_another_at = None
    User.objects.filter(pk=user.pk).update(credentials_set_by_another_at=None)


def note_who_made_site_admins(actor: ActorReference, users: QuerySet[User]) -> None:
    """Record that somebody else has made site administrators of accounts: they take part in no decision of two yet."""
    own = actor.user_id if actor.credential_name != CONSOLE else None
    users.exclude(pk=own or 0).update(credentials_set_by_another_at=timezone.now())


def note_issuer(actor: ActorReference, key: AuthKey) -> None:
    """Record on `key` (not saved here) who issued it."""
    key.issued_by_id = actor.user_id
    key.issued_by_name = actor.name[:255]
    key.issued_at_console = actor.credential_name == CONSOLE


def end_those_of_others(user: User) -> int:
    """End what somebody else may hold of an account (locked) that becomes an officer's: returns how many keys.

    That is every session, and every key that its owner did not issue. Where somebody else ever set the credentials, the
    keys that the owner seems to have issued end too, and the waiting before decisions counts from now.
    """
    now = now_seconds()
    keys = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now), user=user)
    if user.credentials_set_by_another_at is None:
        keys = keys.exclude(issued_by_id=user.pk, issued_at_console=False)
    else:
        user.credentials_set_by_another_at = timezone.now()
    ended = keys.update(expiration=now - 1)
    user.force_logout = True
    user.save(update_fields=["force_logout", "credentials_set_by_another_at"])
    return ended


def end_all(user: User) -> int:
    """End every session and every valid key of an account; returns how many keys. Links mailed for it stop working."""
    now = now_seconds()
    valid = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now), user=user)
    ended = valid.update(expiration=now - 1)
    user.force_logout = True
    User.objects.filter(pk=user.pk).update(force_logout=True)
    user.links.all().delete()
    return ended
