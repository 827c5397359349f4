"""Changing the user's own e-mail address: the new one confirms by mailed link, the old one can cancel."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from vardkase.audit.services import AuditActor, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.notify import notify
from vardkase.core.mail.services import can_send
from vardkase.identity.accounts.models import AccountLink, User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services.account_links import Purpose, make_link, use_link
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.credentials import end_all, note_who_set
from vardkase.identity.accounts.services.restrictions import require_may_change_login
from vardkase.identity.accounts.services.users import check_address, locked, own_account, target_of
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.acting import Acting


@transaction.atomic
def request_address(actor: Acting, email: Any) -> str:
    """Mail a confirmation link to the new address of the actor's own account; returns the address.

    Nothing changes until it is opened. Raises StepUpRequired, and Invalid under `email`, also if the hub
    sends no mail.
    """
    actor.require_writing()
    actor.require_step_up()
    user = own_account(actor)
    old, wanted = user.email, check_address(user, email)
    if wanted == old:
        return old
    require_may_change_login(actor, old, wanted)
    mail_confirmation(actor, user, wanted)
    return wanted


def mail_confirmation(actor: AuditActor, user: User, wanted: str) -> None:
    if not can_send():
        raise Invalid({"email": [AccountProblem.NO_MAIL_TO_CONFIRM()]})
    confirm = make_link(user, Purpose.CONFIRM_ADDRESS, email=wanted)
    cancel = make_link(user, Purpose.CANCEL_ADDRESS, email=wanted)
    new, old = Recipient(wanted, user.language), Recipient(user.email, user.language)
    facts = {"old": user.email, "hub": settings.BASE_URL, "link": confirm}
    notify("address_confirmation", None, [new], facts)
    facts = {"new": wanted, "hub": settings.BASE_URL, "link": cancel}
    notify("address_cancellation", None, [old], facts)
    note_who_set(actor, user)
    record(actor, IdentityAction.USER_ADDRESS_REQUESTED, target_of(user), {"email": wanted})


@transaction.atomic
def confirm_address(visitor: AuditActor, secret: str) -> User:
    link = use_link(Purpose.CONFIRM_ADDRESS, secret)
    user = locked(link.user)
    if user.disabled:
        raise NotFound(AccountProblem.DISABLED())
    old, user.email = user.email, check_address(user, link.email)
    user.save(update_fields=["email", "date_modified"])
    user.links.all().delete()
    record(visitor, IdentityAction.USER_EDITED, target_of(user), {"email": [old, user.email]})
    notify_of_changes(visitor, user, [AccountChange.EMAIL], also_to=old)
    return user


@transaction.atomic
def cancel_address(visitor: AuditActor, secret: str) -> User:
    """Keep the address, and end every session and key: the request may have come from an intruder."""
    link = use_link(Purpose.CANCEL_ADDRESS, secret)
    user = locked(link.user)
    end_all(user)
    record(visitor, IdentityAction.USER_ADDRESS_CANCELLED, target_of(user), {"email": link.email})
    notify_of_changes(visitor, user, [AccountChange.KEYS_ENDED])
    return user


def requested_address(user: User) -> str:
    link = AccountLink.objects.filter(user=user, purpose=Purpose.CONFIRM_ADDRESS).order_by("-pk").first()
    return link.email if link else ""
