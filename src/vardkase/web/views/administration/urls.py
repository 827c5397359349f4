"""URLs of administration."""

from __future__ import annotations

from django.urls import path

from vardkase.web import converters
from vardkase.web.views.administration import (
    account_changes,
    audit,
    duties,
    organisations,
    roles,
    sharing_groups,
    users,
)
from vardkase.web.views.administration.connection_urls import connection_urls
from vardkase.web.views.administration.feed_urls import feed_urls
from vardkase.web.views.administration.job_urls import job_urls
from vardkase.web.views.administration.stream_urls import stream_urls
from vardkase.web.views.administration.taxii_urls import taxii_urls

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("users/", users.index, name="users"),
    path("users/new/", users.create, name="user_create"),
    path("users/<int:pk>/", users.view, name="user"),
    path("users/<int:pk>/edit/", users.edit, name="user_edit"),
    path("users/<int:pk>/duties/", duties.edit, name="user_duties"),
    path("users/<int:pk>/propose/", account_changes.propose, name="user_propose"),
    path("users/<int:pk>/off/", users.set_state, {"state": "off"}, name="user_off"),
    path("users/<int:pk>/on/", users.set_state, {"state": "on"}, name="user_on"),
    path("users/<int:pk>/sign-out/", users.sign_out, name="user_sign_out"),
    path("users/<int:pk>/reset-password/", users.reset_password, name="user_reset_password"),
    path("users/<int:pk>/reset-second-factor/", users.reset_second_factor, name="user_reset_second_factor"),
    path("users/<int:pk>/delete/", users.delete, name="user_delete"),
    path("users/<int:pk>/keys/new/", users.create_key, name="user_key_create"),
    path("users/<int:pk>/keys/<reference:reference>/revoke/", users.revoke_key, name="user_key_revoke"),
    path("organisations/", organisations.index, name="organisations"),
    path("organisations/new/", organisations.create, name="organisation_create"),
    path("organisations/<int:pk>/", organisations.view, name="organisation"),
    path("organisations/<int:pk>/edit/", organisations.edit, name="organisation_edit"),
    path("organisations/<int:pk>/delete/", organisations.delete, name="organisation_delete"),
    path("sharing-groups/", sharing_groups.index, name="sharing_groups"),
    path("sharing-groups/new/", sharing_groups.create, name="sharing_group_create"),
    path("sharing-groups/<reference:reference>/", sharing_groups.view, name="sharing_group"),
    path("sharing-groups/<reference:reference>/edit/", sharing_groups.edit, name="sharing_group_edit"),
    path("sharing-groups/<reference:reference>/delete/", sharing_groups.delete, name="sharing_group_delete"),
    path(
        "sharing-groups/<reference:reference>/organisations/add/",
        sharing_groups.add_organisation,
        name="sharing_group_add_organisation",
    ),
    path(
        "sharing-groups/<reference:reference>/organisations/<int:organisation_id>/remove/",
        sharing_groups.remove_organisation,
        name="sharing_group_remove_organisation",
    ),
    path(
        "sharing-groups/<reference:reference>/hub/add/",
        sharing_groups.add_server,
        name="sharing_group_add_server",
    ),
    path(
        "sharing-groups/<reference:reference>/hub/<int:server_id>/remove/",
        sharing_groups.remove_server,
        name="sharing_group_remove_server",
    ),
    path("roles/", roles.index, name="roles"),
    path("roles/new/", roles.create, name="role_create"),
    path("roles/<int:pk>/", roles.view, name="role"),
    path("roles/<int:pk>/edit/", roles.edit, name="role_edit"),
    path("roles/<int:pk>/default/", roles.make_default, name="role_make_default"),
    path("roles/<int:pk>/delete/", roles.delete, name="role_delete"),
    *connection_urls,
    *stream_urls,
    *job_urls,
    *feed_urls,
    *taxii_urls,
    path("audit/", audit.index, name="audit"),
]
