"""URLs of sign-in through an organisation's provider, and of its registration."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.openid import provider, views

urlpatterns = [
    path("security/<int:pk>/provider/", provider.edit, name="security_provider"),
    path("security/<int:pk>/provider/remove/", provider.remove, name="security_provider_remove"),
    path("account/organisation/", views.start, name="provider_sign_in"),
    # One for each organisation: an answer of another one's provider does not fit (RFC 9700, section 4.4.2.2).
    path("account/organisation/<int:pk>/back/", views.back, name="provider_sign_in_back"),
]
