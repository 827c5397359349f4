"""Mail notifying users of changes to their account, so that unauthorised changes are noticed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from vardkase.audit.services import AuditActor
from vardkase.core.mail.services import Mail, queue_mail
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.credentials import is_another


class AccountChange(StrEnum):
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


WORDS = {
    AccountChange.PASSWORD: gettext_lazy("The password was changed."),
    AccountChange.SECOND_FACTOR_ADDED: gettext_lazy("A second factor was added."),
    AccountChange.SECOND_FACTOR_REMOVED: gettext_lazy("A second factor was removed."),
    AccountChange.SECOND_FACTOR_RESET: gettext_lazy("All second factors were removed."),
    AccountChange.RECOVERY_CODES: gettext_lazy("New recovery codes were created."),
    AccountChange.KEY_MADE: gettext_lazy("An API key was created."),
    AccountChange.KEY_EDITED: gettext_lazy("An API key was changed."),
    AccountChange.KEY_REVOKED: gettext_lazy("An API key was revoked."),
    AccountChange.KEYS_ENDED: gettext_lazy("You were signed out everywhere, and all API keys were revoked."),
    AccountChange.EMAIL: gettext_lazy("The e-mail address was changed."),
    AccountChange.ROLE: gettext_lazy("The role was changed."),
    AccountChange.ORGANISATION: gettext_lazy("The account was moved to another organisation."),
    AccountChange.DUTIES: gettext_lazy("The duties at the hub were changed."),
    AccountChange.DISABLED: gettext_lazy("The account was disabled."),
    AccountChange.ENABLED: gettext_lazy("The account was enabled again."),
    AccountChange.EXPIRATION: gettext_lazy("The account’s expiry date was changed."),
    AccountChange.PROVIDER: gettext_lazy("How the account signs in through a provider was changed."),
    AccountChange.MAIL_KEYS: gettext_lazy("The key that e-mail to you is encrypted with was changed."),
    AccountChange.DELETED: gettext_lazy("The account was deleted."),
}


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
    found = [
        changed
        for field, changed in COMPARED.items()
        if (getattr(user, field) or None) != (getattr(before, field) or None)
    ]
    if user.disabled != before.disabled:
        found.append(AccountChange.DISABLED if user.disabled else AccountChange.ENABLED)
    return found


def tell_of_changes(
    actor: AuditActor, user: User, changes: Iterable[AccountChange], *, detail: str = "", also_to: str = ""
) -> None:
    """Notify an account's owner of changes by `actor`; `also_to` is their previous address.

    In the caller's transaction. `detail` must not contain secrets.
    """
    told = list(dict.fromkeys(changes))
    if told:
        addresses = dict.fromkeys(filter(None, (user.email, also_to)))
        queue_mail([_mail(actor, user, told, detail, address) for address in addresses])


def tell_each(actor: AuditActor, users: Iterable[User], changed: AccountChange) -> None:
    queue_mail([_mail(actor, user, [changed], "", user.email) for user in users])


def _mail(actor: AuditActor, user: User, changes: list[AccountChange], detail: str, address: str) -> Mail:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        facts = {
            "email": user.email,
            "hub": settings.BASE_URL,
            "person": actor.name or gettext("Somebody who was not signed in"),
            "moment": date_format(timezone.localtime(), "j F Y H:i"),
        }
        lines = "\n".join(f"- {WORDS[each]}" for each in changes)
        by = (
            gettext("Changed by %(person)s on %(moment)s.")
            if is_another(actor, user)
            else gettext("Changed by you on %(moment)s.")
        )
        parts = (
            gettext("This was changed in your account %(email)s at %(hub)s:") % facts,
            lines + (f"\n  {detail}" if detail else ""),
            by % facts,
            gettext("If this is not right, notify those who run the hub at once."),
        )
        subject = gettext("Your account has been changed")
    return Mail(address, subject, "\n\n".join(parts) + "\n")
