"""Services for users, roles and API keys."""

from vardkase.identity.accounts.services.bulk import end_keys_of_sync_users, switch_field
from vardkase.identity.accounts.services.first_run import FirstRun, first_run
from vardkase.identity.accounts.services.keys import delete_key, edit_key, issue_key, pin_key, reset_keys
from vardkase.identity.accounts.services.mass_mail import Recipients, write_to_users
from vardkase.identity.accounts.services.recovery import reset_password, reset_second_factor
from vardkase.identity.accounts.services.roles import (
    create_role,
    delete_role,
    edit_role,
    ensure_default_roles,
    set_default_role,
)
from vardkase.identity.accounts.services.selection import give_roles, mail_password_links
from vardkase.identity.accounts.services.users import (
    change_password,
    create_user,
    create_user_with_key,
    delete_user,
    edit_own_account,
    edit_user,
)

__all__ = [
    "FirstRun",
    "Recipients",
    "change_password",
    "create_role",
    "create_user",
    "create_user_with_key",
    "delete_key",
    "delete_role",
    "delete_user",
    "edit_key",
    "edit_own_account",
    "edit_role",
    "edit_user",
    "end_keys_of_sync_users",
    "ensure_default_roles",
    "first_run",
    "give_roles",
    "issue_key",
    "mail_password_links",
    "pin_key",
    "reset_keys",
    "reset_password",
    "reset_second_factor",
    "set_default_role",
    "switch_field",
    "write_to_users",
]
