from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.warninglists import editing, views

urlpatterns = [
    path("warninglists/", views.index, name="warninglists"),
    path("warninglists/on/", views.switch_several, {"enabled": True}, name="warninglists_on"),
    path("warninglists/off/", views.switch_several, {"enabled": False}, name="warninglists_off"),
    path("warninglists/new/", editing.create, name="warninglist_create"),
    path("warninglists/test/", views.try_values, name="warninglists_test"),
    path("warninglists/types/", editing.find, name="warninglist_find"),
    path("warninglists/update/", editing.update, name="warninglists_update"),
    path("warninglists/<int:pk>/", views.view, name="warninglist"),
    path("warninglists/<int:pk>/on/", views.switch, {"enabled": True}, name="warninglist_on"),
    path("warninglists/<int:pk>/off/", views.switch, {"enabled": False}, name="warninglist_off"),
    path("warninglists/<int:pk>/edit/", editing.edit, name="warninglist_edit"),
    path("warninglists/<int:pk>/add/", editing.add_entries, name="warninglist_add_entries"),
    path("warninglists/<int:pk>/delete/", editing.delete, name="warninglist_delete"),
]
