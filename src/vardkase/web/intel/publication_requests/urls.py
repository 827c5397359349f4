"""URLs of requests to publish."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.publication_requests import views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

REQUEST = "event/<reference:reference>/request-publication/"

urlpatterns = [
    path("publication-requests/", views.every, name="publication_requests"),
    path(REQUEST, views.create, name="publication_request"),
    path(REQUEST + "close/", views.close, name="publication_request_close"),
]
