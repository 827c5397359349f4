from __future__ import annotations

from django.urls import path

from vardkase.web.identity.organisations import sharing_groups, views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("organisations/", views.index, name="organisations"),
    path("organisations/new/", views.create, name="organisation_create"),
    path("organisations/<int:pk>/", views.view, name="organisation"),
    path("organisations/<int:pk>/edit/", views.edit, name="organisation_edit"),
    path("organisations/<int:pk>/delete/", views.delete, name="organisation_delete"),
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
]
