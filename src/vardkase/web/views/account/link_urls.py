"""URLs of mailed account links (`accounts.services.account_links.PATHS`)."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.account import links

urlpatterns = [
    path("address/", links.open_address, name="account_link_address"),
    path("address/confirm/", links.address, name="account_link_address_confirm"),
    path("cancel/", links.open_cancel, name="account_link_cancel"),
    path("cancel/confirm/", links.cancel, name="account_link_cancel_confirm"),
    path("password/", links.open_password, name="account_link_password"),
    path("password/choose/", links.password, name="account_link_password_choose"),
]
