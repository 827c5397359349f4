"""URLs of sign-in through an organisation's provider."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.openid import views as pages

urlpatterns = [
    path("", pages.start, name="provider_sign_in"),
    # One for each organisation: an answer of another one's provider does not fit (RFC 9700, section 4.4.2.2).
    path("<int:pk>/back/", pages.back, name="provider_sign_in_back"),
]
