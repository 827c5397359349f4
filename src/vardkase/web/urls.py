"""Every page, one include per room."""

from __future__ import annotations

from django.urls import include, path

from vardkase.web.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
]
