"""The pages. The API has its own dispatch (`vardkase.api.dispatch`) and never gets here."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("vardkase.web.urls"))]
