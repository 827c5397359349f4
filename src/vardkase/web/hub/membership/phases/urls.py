from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.phases import views

urlpatterns = [
    path("membership/phases/", views.index, name="phases"),
    path("membership/phases/<int:number>/", views.edit, name="phase"),
    path("membership/phases/law/<slug:name>/", views.precondition, name="precondition"),
]
