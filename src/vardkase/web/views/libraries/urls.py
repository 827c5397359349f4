"""URLs of the libraries."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.libraries import taxonomies, warninglists

urlpatterns = [
    path("taxonomies/", taxonomies.index, name="taxonomies"),
    path("taxonomies/<int:pk>/", taxonomies.view, name="taxonomy"),
    path("taxonomies/<int:pk>/on/", taxonomies.switch, {"enabled": True}, name="taxonomy_on"),
    path("taxonomies/<int:pk>/off/", taxonomies.switch, {"enabled": False}, name="taxonomy_off"),
    path("taxonomies/<int:pk>/require/", taxonomies.require, {"required": True}, name="taxonomy_require"),
    path("taxonomies/<int:pk>/release/", taxonomies.require, {"required": False}, name="taxonomy_release"),
    path("warninglists/", warninglists.index, name="warninglists"),
    path("warninglists/on/", warninglists.switch_several, {"enabled": True}, name="warninglists_on"),
    path("warninglists/off/", warninglists.switch_several, {"enabled": False}, name="warninglists_off"),
    path("warninglists/<int:pk>/on/", warninglists.switch, {"enabled": True}, name="warninglist_on"),
    path("warninglists/<int:pk>/off/", warninglists.switch, {"enabled": False}, name="warninglist_off"),
]
