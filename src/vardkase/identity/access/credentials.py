"""Whether the credentials that somebody acts with are their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS


class CredentialsSetByAnother(Forbidden):
    """Somebody else set the credentials of the account too recently, or issued the key; `until` is None for a key."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        super().__init__(_words(until))


def require_own_credentials(actor: Actor) -> None:
    """Raise CredentialsSetByAnother when somebody else may be acting as this account.

    That is the case for a key that another account, the console or the hub issued, and until
    `Vardkase.credential_waiting_days` have passed since somebody else set a credential of the account.
    """
    if actor.key is not None and not actor.key.is_issued_by_owner:
        raise CredentialsSetByAnother(None)
    if actor.credential is Credential.CONSOLE and actor.user_id is not None:
        raise CredentialsSetByAnother(None)
    if until := waits_until(actor):
        raise CredentialsSetByAnother(until)


def waits_until(actor: Actor) -> datetime | None:
    """When the account may take part in decisions that need two people again; None when it may now."""
    if actor.credentials_set_by_another_at is None:
        return None
    until = actor.credentials_set_by_another_at + timedelta(days=CREDENTIAL_WAITING_DAYS.value)
    return until if until > timezone.now() else None


def _words(until: datetime | None) -> str:
    if until is None:
        return gettext(
            "Somebody else issued the credentials of this request, so they do not count as yours in a decision."
        )
    return gettext(
        "Somebody else set your password, second factor, e-mail address or a key. You can take part in decisions "
        "that need two people again on %(moment)s."
    ) % {"moment": date_format(timezone.localtime(until), "j F Y H:i")}
