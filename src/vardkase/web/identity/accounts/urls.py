from __future__ import annotations

from django.urls import path

from vardkase.web.identity.accounts import (
    account_changes,
    duties,
    keys,
    links,
    notifications,
    own,
    preferences,
    selected,
    users,
)
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("preferences/theme/", preferences.set_theme, name="set_theme"),
    path("preferences/language/", preferences.set_language, name="set_language"),
    path("account/", own.account, name="account"),
    path("account/edit/", own.edit, name="account_edit"),
    path("account/notifications/", notifications.choose, name="account_notifications"),
    path("account/notifications/find/", notifications.find, name="account_notification_find"),
    path("account/looks/", own.set_looks, name="account_looks"),
    path("account/sessions/<int:number>/end/", own.end_one_session, name="account_end_session"),
    path("account/sessions/end/", own.end_other_sessions, name="account_end_sessions"),
    path("account/keys/new/", keys.create, name="account_key_create"),
    path("account/keys/<reference:reference>/revoke/", keys.revoke, name="account_key_revoke"),
    path("account-link/address/", links.open_address, name="account_link_address"),
    path("account-link/address/confirm/", links.address, name="account_link_address_confirm"),
    path("account-link/cancel/", links.open_cancel, name="account_link_cancel"),
    path("account-link/cancel/confirm/", links.cancel, name="account_link_cancel_confirm"),
    path("account-link/password/", links.open_password, name="account_link_password"),
    path("account-link/password/choose/", links.password, name="account_link_password_choose"),
    path("administration/users/", users.index, name="users"),
    path("administration/users/new/", users.create, name="user_create"),
    path("administration/users/selected/disable/", selected.disable, name="users_off"),
    path("administration/users/selected/enable/", selected.enable, name="users_on"),
    path("administration/users/selected/role/", selected.give_role, name="users_role"),
    path("administration/users/selected/role/back/", selected.take_role_back, name="users_take_role_back"),
    path("administration/users/selected/passwords/", selected.reset_passwords, name="users_passwords"),
    path("administration/users/selected/write/", selected.write, name="users_write"),
    path("administration/users/<int:pk>/", users.view, name="user"),
    path("administration/users/<int:pk>/edit/", users.edit, name="user_edit"),
    path("administration/users/<int:pk>/duties/", duties.edit, name="user_duties"),
    path("administration/users/<int:pk>/propose/", account_changes.propose, name="user_propose"),
    path("administration/users/<int:pk>/off/", users.set_state, {"state": "off"}, name="user_off"),
    path("administration/users/<int:pk>/on/", users.set_state, {"state": "on"}, name="user_on"),
    path("administration/users/<int:pk>/sign-out/", users.sign_out, name="user_sign_out"),
    path("administration/users/<int:pk>/reset-password/", users.reset_password, name="user_reset_password"),
    path(
        "administration/users/<int:pk>/reset-second-factor/",
        users.reset_second_factor,
        name="user_reset_second_factor",
    ),
    path("administration/users/<int:pk>/delete/", users.delete, name="user_delete"),
    path("administration/users/<int:pk>/keys/new/", users.create_key, name="user_key_create"),
    path(
        "administration/users/<int:pk>/keys/<reference:reference>/revoke/",
        users.revoke_key,
        name="user_key_revoke",
    ),
]
