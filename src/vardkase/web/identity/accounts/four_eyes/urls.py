"""URLs of approval requests."""

from __future__ import annotations

from django.urls import path

from vardkase.web.identity.accounts.four_eyes import views as pages

urlpatterns = [
    path("approval-requests/", pages.index, name="approval_requests"),
    path("approval-requests/<int:pk>/", pages.view, name="approval_request"),
    path("approval-requests/<int:pk>/approve/", pages.approve, name="approval_request_approve"),
    path("approval-requests/<int:pk>/decline/", pages.decline, name="approval_request_decline"),
    path("approval-requests/<int:pk>/withdraw/", pages.withdraw, name="approval_request_withdraw"),
]
