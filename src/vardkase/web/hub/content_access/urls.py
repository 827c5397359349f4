"""URLs of content access."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.content_access import views

urlpatterns = [
    path("content-access/", views.index, name="content_access"),
    path("content-access/new/", views.ask, name="content_access_new"),
    path("content-access/<int:pk>/", views.view, name="content_grant"),
    path("content-access/<int:pk>/grant/", views.grant, name="content_grant_grant"),
    path("content-access/<int:pk>/refuse/", views.refuse, name="content_grant_refuse"),
    path("content-access/<int:pk>/withdraw/", views.withdraw, name="content_grant_withdraw"),
    path("content-access/<int:pk>/end/", views.end, name="content_grant_end"),
    path("read-by-operations/", views.read, name="content_read"),
]
