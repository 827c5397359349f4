from __future__ import annotations

from django.urls import path

from vardkase.web.knowledge.noticelists import views

urlpatterns = [
    path("noticelists/", views.index, name="noticelists"),
    path("noticelists/about/", views.about, name="notices_about"),
    path("noticelists/update/", views.update, name="noticelists_update"),
    path("noticelists/<int:pk>/", views.view, name="noticelist"),
    path("noticelists/<int:pk>/on/", views.switch, {"enabled": True}, name="noticelist_on"),
    path("noticelists/<int:pk>/off/", views.switch, {"enabled": False}, name="noticelist_off"),
]
