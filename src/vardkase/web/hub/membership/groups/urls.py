"""URLs of groups of organisations."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.groups import views

urlpatterns = [
    path("groups/", views.index, name="groups"),
    path("groups/find/", views.find, name="group_find"),
    path("groups/new/", views.write, name="group_new"),
    path("groups/<int:pk>/", views.view, name="group"),
    path("groups/<int:pk>/edit/", views.write, name="group_edit"),
    path("groups/<int:pk>/delete/", views.delete, name="group_delete"),
    path("groups/<int:pk>/administrators/<int:user>/", views.answer, name="group_answer"),
    path("groups/organisations/<int:pk>/", views.organisation, name="group_organisation"),
    path("groups/organisations/<int:pk>/accounts/<int:user>/", views.switch, name="group_switch"),
]
