"""URLs of the user's own account."""

from __future__ import annotations

from django.urls import path

from vardkase.web import converters
from vardkase.web.views.account import keys, notifications, own

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("", own.account, name="account"),
    path("edit/", own.edit, name="account_edit"),
    path("notifications/", notifications.choose, name="account_notifications"),
    path("looks/", own.set_looks, name="account_looks"),
    path("sessions/end/", own.end_other_sessions, name="account_end_sessions"),
    path("keys/new/", keys.create, name="account_key_create"),
    path("keys/<reference:reference>/revoke/", keys.revoke, name="account_key_revoke"),
]
