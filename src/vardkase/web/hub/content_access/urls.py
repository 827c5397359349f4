"""URLs of content access."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.content_access import views as pages

urlpatterns = [
    path("content-access/", pages.index, name="content_access"),
    path("content-access/new/", pages.ask, name="content_access_new"),
    path("content-access/<int:pk>/", pages.view, name="content_grant"),
    path("content-access/<int:pk>/grant/", pages.grant, name="content_grant_grant"),
    path("content-access/<int:pk>/refuse/", pages.refuse, name="content_grant_refuse"),
    path("content-access/<int:pk>/withdraw/", pages.withdraw, name="content_grant_withdraw"),
    path("content-access/<int:pk>/end/", pages.end, name="content_grant_end"),
    path("read-by-operations/", pages.read, name="content_read"),
]
