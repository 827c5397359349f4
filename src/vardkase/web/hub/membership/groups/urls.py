"""URLs of groups of organisations."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.groups import views as pages

urlpatterns = [
    path("groups/", pages.index, name="groups"),
    path("groups/find/", pages.find, name="group_find"),
    path("groups/new/", pages.write, name="group_new"),
    path("groups/<int:pk>/", pages.view, name="group"),
    path("groups/<int:pk>/edit/", pages.write, name="group_edit"),
    path("groups/<int:pk>/delete/", pages.delete, name="group_delete"),
    path("groups/<int:pk>/administrators/<int:user>/", pages.answer, name="group_answer"),
    path("groups/organisations/<int:pk>/", pages.organisation, name="group_organisation"),
    path("groups/organisations/<int:pk>/accounts/<int:user>/", pages.switch, name="group_switch"),
]
