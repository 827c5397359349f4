"""Mail notifying users of changes to their account, so that unauthorised changes are noticed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy

from vardkase.audit.services import AuditActor
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify, notify_each
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.credentials import is_another


class AccountChange(StrEnum):
    """What was changed; the words of each are in `mails/account_changed`."""

    PASSWORD = "password"  # noqa: S105 - what was changed, not a password
    SECOND_FACTOR_ADDED = "second factor added"
    SECOND_FACTOR_REMOVED = "second factor removed"
    SECOND_FACTOR_RESET = "second factor reset"
    RECOVERY_CODES = "recovery codes"
    KEY_MADE = "key made"
    KEY_EDITED = "key edited"
    KEY_REVOKED = "key revoked"
    KEYS_ENDED = "keys ended"
    EMAIL = "email"
    ROLE = "role"
    ORGANISATION = "organisation"
    DUTIES = "duties"
    DISABLED = "disabled"
    ENABLED = "enabled"
    EXPIRATION = "expiration"
    PROVIDER = "provider"
    MAIL_KEYS = "mail keys"
    DELETED = "deleted"


COMPARED = {
    "email": AccountChange.EMAIL,
    "role_id": AccountChange.ROLE,
    "org_id": AccountChange.ORGANISATION,
    "expiration": AccountChange.EXPIRATION,
    "external_auth_required": AccountChange.PROVIDER,
    "external_auth_key": AccountChange.PROVIDER,
    "server_id": AccountChange.ROLE,
    "gpgkey": AccountChange.MAIL_KEYS,
    "certif_public": AccountChange.MAIL_KEYS,
}
"""What a change of each field is: all that decides who acts as an account, as what, and who reads its mail."""


def changes_between(before: User, user: User) -> list[AccountChange]:
    changes = [
        changed
        for field, changed in COMPARED.items()
        if (getattr(user, field) or None) != (getattr(before, field) or None)
    ]
    if user.disabled != before.disabled:
        changes.append(AccountChange.DISABLED if user.disabled else AccountChange.ENABLED)
    return changes


def notify_of_changes(
    actor: AuditActor, user: User, changes: Iterable[AccountChange], *, detail: str = "", also_to: str = ""
) -> None:
    """Notify an account's owner of changes by `actor`; `also_to` is their previous address.

    In the caller's transaction. `detail` must not contain secrets.
    """
    if distinct := list(dict.fromkeys(changes)):
        # The former address too: a hijacker who changes it must not be the only one who is notified.
        addresses = dict.fromkeys(filter(None, (user.email, also_to)))
        readers = [Recipient(address, user.language) for address in addresses]
        notify("account_changed", None, readers, _facts(actor, user, distinct, detail))


def notify_all_of_change(actor: AuditActor, users: Iterable[User], changed: AccountChange) -> None:
    groups = [([Recipient(user.email, user.language)], _facts(actor, user, [changed], "")) for user in users]
    notify_each("account_changed", None, groups)


def _facts(actor: AuditActor, user: User, changes: list[AccountChange], detail: str) -> Facts:
    another = actor.name or gettext_lazy("someone who was not signed in")
    return {
        "email": user.email,
        "hub": settings.BASE_URL,
        "changes": [change.value for change in changes],
        "detail": detail,
        "person": another if is_another(actor, user) else gettext_lazy("you"),
        "moment": timezone.now(),
    }
