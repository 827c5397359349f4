"""Changes to the account of an officer or auditor, which another one approves (`protection`).

A new password or address never passes through those who propose and approve: the person gets a link by mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.queries import find_role
from vardkase.identity.accounts.services.addresses import mail_confirmation
from vardkase.identity.accounts.services.protection import CHANGE, CHANGE_LAST, is_protected
from vardkase.identity.accounts.services.recovery import end_keys, reset_password_by_link, reset_second_factor
from vardkase.identity.accounts.services.request_subjects import account_of, is_about
from vardkase.identity.accounts.services.users import check_address, delete_user, edit_user
from vardkase.identity.organisations.acting import Acting

CHANGES: dict[str, str | Promise] = {
    "password": _("E-mail a link for choosing a new password"),
    "second_factor": _("Remove all second factors"),
    "keys": _("End all API keys and sessions"),
    "email": _("Change the e-mail address"),
    "role": _("Change the role"),
    "off": _("Disable the account"),
    "on": _("Enable the account"),
    "delete": pgettext_lazy("account", "Delete the account"),
}
"""What may be proposed; `email` and `role` take a value (an address, the id of a role)."""


def propose_account_change(
    actor: Acting, user: User, change: str, value: str, reason: str
) -> ApprovalRequest:
    if change not in CHANGES or not is_protected(user):
        raise Invalid({"change": [AccountProblem.NO_CHANGE_TO_APPROVE()]})
    if change == "email":
        value = check_address(user, value)
    shown = find_role(value).name if change == "role" else value
    others_left = officers().exclude(pk=user.pk).exists()
    return propose(
        actor,
        OFFICER_ACCOUNT if others_left else LAST_OFFICER_ACCOUNT,
        str(user.pk),
        title=user.email,
        parameters={"change": change, "value": value, "shown": shown},
        reason=reason,
    )


def describe_change(request: ApprovalRequest) -> ActionDescription:
    value = request.parameters["shown"]
    details = [(gettext("Account"), request.title)] + ([(gettext("New value"), value)] if value else [])
    return ActionDescription(str(CHANGES[request.parameters["change"]]), tuple(details))


def account_fingerprint(request: ApprovalRequest) -> Mapping[str, Any]:
    user = account_of(request)
    return {
        "email": user.email,
        "org_id": user.org_id,
        "role_id": user.role_id,
        "staff_roles": user.staff_roles,
        "disabled": user.disabled,
    }


def _execute_change(approval: Approval) -> None:
    approval.for_action(OFFICER_ACCOUNT, LAST_OFFICER_ACCOUNT)
    actor, user = approval.actor, account_of(approval.request)
    value = approval.parameters["value"]
    match approval.parameters["change"]:
        case "password":
            reset_password_by_link(actor, user, approval=approval)
        case "second_factor":
            reset_second_factor(actor, user, approval=approval)
        case "keys":
            end_keys(actor, user, approval=approval)
        case "email":
            mail_confirmation(actor, user, value)
        case "role":
            edit_user(actor, user, {"role_id": value}, approval=approval)
        case "off" | "on" as state:
            edit_user(actor, user, {"disabled": state == "off"}, approval=approval)
        case "delete":
            delete_user(actor, user, approval=approval)


_about_account = partial(
    ApprovalAction,
    describe=describe_change,
    fingerprint=account_fingerprint,
    conflict=is_about,
    execute=_execute_change,
)
OFFICER_ACCOUNT = _about_account(
    name=CHANGE,
    title=_("Change the account of an officer or auditor"),
    propose=frozenset({Party.SITE_ADMIN}) | OFFICERS,
    approve=OFFICERS,
)
LAST_OFFICER_ACCOUNT = _about_account(
    name=CHANGE_LAST,
    title=_("Change the account of the only officer"),
    propose=frozenset({Party.SITE_ADMIN}),
    approve=frozenset({Party.SITE_ADMIN}),
)
