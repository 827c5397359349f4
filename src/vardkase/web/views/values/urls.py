"""URL of the page of one value."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.values import page

urlpatterns = [path("value/", page.value, name="value")]
