from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.conditions import views

urlpatterns = [
    path("members/<int:pk>/conditions/new/", views.propose, name="member_conditions_new"),
    path("members/<int:pk>/conditions/<int:condition>/", views.view, name="member_condition"),
    path(
        "members/<int:pk>/conditions/<int:condition>/<slug:name>/", views.step, name="member_condition_step"
    ),
    path("membership/conditions/<int:pk>/", views.own, name="membership_condition"),
    path(
        "membership/conditions/<int:pk>/documents/<int:number>/",
        views.own_document,
        name="membership_condition_document",
    ),
]
