from __future__ import annotations

from django.urls import path

from vardkase.web.hub.training import views

urlpatterns = [
    path("members/<int:pk>/training/", views.of_member, name="member_training"),
    path(
        "members/<int:pk>/training/<int:training>/remove/",
        views.remove_of_member,
        name="member_training_remove",
    ),
    path("policy/training/", views.index, name="trainings"),
    path("policy/training/add/", views.add, name="training_add"),
    path("policy/training/<int:pk>/remove/", views.remove, name="training_remove"),
]
