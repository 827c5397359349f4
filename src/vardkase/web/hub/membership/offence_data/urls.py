from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.offence_data import views

PERMISSIONS = "membership/phases/law/offence_data/permissions/"

urlpatterns = [
    path(PERMISSIONS, views.index, name="offence_permissions"),
    path(PERMISSIONS + "new/", views.record, name="offence_permission_new"),
    path(PERMISSIONS + "<int:pk>/end/", views.end, name="offence_permission_end"),
]
