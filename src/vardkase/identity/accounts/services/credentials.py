"""Records who set an account's credentials."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.audit.services import AuditActor
from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.models import AuthKey, User

CONSOLE = "console"


def is_another(actor: AuditActor, user: User) -> bool:
    """True unless `actor` is certainly the account's owner: the console never is, whichever account it names."""
    return actor.user_id != user.pk or actor.credential_name == CONSOLE


def note_who_set(actor: AuditActor, user: User) -> None:
    """Record on `user` (saved here) when somebody else set a credential; does nothing for the owner."""
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


def note_who_made_site_admins(actor: AuditActor, users: QuerySet[User]) -> None:
    """Record that somebody else made accounts site administrators: they cannot yet take part in decisions by
    two people."""
    own = actor.user_id if actor.credential_name != CONSOLE else None
    users.exclude(pk=own or 0).update(credentials_set_by_another_at=timezone.now())


def note_issuer(actor: AuditActor, key: AuthKey) -> None:
    """Record on `key` (not saved here) who issued it."""
    key.issued_by_id = actor.user_id
    key.issued_by_name = actor.name[:255]
    key.issued_at_console = actor.credential_name == CONSOLE


def end_those_of_others(user: User) -> int:
    """End sessions and keys that others may hold of a locked account becoming an officer's; returns the
    number of keys.

    That is every session, and every key that its owner did not issue. If somebody else ever set the
    credentials, keys apparently issued by the owner end too, and the waiting period for decisions restarts.
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
    """End every session and valid key of an account, and invalidate mailed links; returns the number of keys."""
    now = now_seconds()
    valid = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now), user=user)
    ended = valid.update(expiration=now - 1)
    user.force_logout = True
    User.objects.filter(pk=user.pk).update(force_logout=True)
    user.links.all().delete()
    return ended
