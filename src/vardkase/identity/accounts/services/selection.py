"""Changes of several accounts that an administrator has selected: of all of them, or of none.

Each account is changed as if alone, with every rule about who may change it, its audit row and its mail;
`MOST_SELECTED` bounds the work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from vardkase.core.errors import Invalid, NotFound
from vardkase.core.mail.services import can_send
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.queries import selected_users
from vardkase.identity.accounts.services.recovery import reset_password_by_link
from vardkase.identity.accounts.services.users import edit_user
from vardkase.identity.organisations.acting import Acting

MOST_SELECTED = 100


@transaction.atomic
def give_roles(actor: Acting, roles: Mapping[int, int]) -> dict[int, int]:
    """Give each account, by id, the role with this id; returns the former roles of those that had another.

    Raises NotFound if the actor may not see one of them, Forbidden, Invalid by field, ApprovalNeeded.
    """
    users = _chosen(actor, roles)
    former = {user.pk: user.role_id for user in users if user.role_id != roles[user.pk]}
    for user in users:
        if user.pk in former:
            edit_user(actor, user, {"role_id": str(roles[user.pk])})
    return former


@transaction.atomic
def mail_password_links(actor: Acting, user_ids: Collection[int]) -> int:
    """End the passwords of accounts, and mail each a link to choose a new one; returns how many.

    Raises NotFound, Forbidden, Invalid for one’s own account, and if the hub sends no mail, ApprovalNeeded.
    """
    users = _chosen(actor, user_ids)
    if not can_send():
        raise Invalid({"user_ids": [AccountProblem.NO_MAIL_FOR_LINKS()]})
    if any(user.pk == actor.user_id for user in users):
        raise Invalid({"user_ids": [AccountProblem.OWN_PASSWORD_IN_SELECTION()]})
    for user in users:
        reset_password_by_link(actor, user)
    return len(users)


def _chosen(actor: Acting, ids: Collection[int]) -> list[User]:
    actor.require_writing()
    if not ids or len(ids) > MOST_SELECTED:
        raise Invalid({"user_ids": [AccountProblem.NONE_OR_TOO_MANY()]})
    users = selected_users(actor, ids)
    if len(users) != len(set(ids)):
        raise NotFound(AccountProblem.NOT_FOUND())
    return users
