from __future__ import annotations

from django.urls import path

from vardkase.web.identity.access import views

urlpatterns = [
    path("roles/", views.index, name="roles"),
    path("roles/new/", views.create, name="role_create"),
    path("roles/<int:pk>/", views.view, name="role"),
    path("roles/<int:pk>/edit/", views.edit, name="role_edit"),
    path("roles/<int:pk>/default/", views.make_default, name="role_make_default"),
    path("roles/<int:pk>/delete/", views.delete, name="role_delete"),
]
