from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.warninglists import views

urlpatterns = [
    path("warninglists/", views.index, name="warninglists"),
    path("warninglists/on/", views.switch_several, {"enabled": True}, name="warninglists_on"),
    path("warninglists/off/", views.switch_several, {"enabled": False}, name="warninglists_off"),
    path("warninglists/<int:pk>/on/", views.switch, {"enabled": True}, name="warninglist_on"),
    path("warninglists/<int:pk>/off/", views.switch, {"enabled": False}, name="warninglist_off"),
]
