"""URLs of approval requests."""

from __future__ import annotations

from django.urls import path

from vardkase.web.identity.accounts.four_eyes import views

urlpatterns = [
    path("approval-requests/", views.index, name="approval_requests"),
    path("approval-requests/<int:pk>/", views.view, name="approval_request"),
    path("approval-requests/<int:pk>/approve/", views.approve, name="approval_request_approve"),
    path("approval-requests/<int:pk>/decline/", views.decline, name="approval_request_decline"),
    path("approval-requests/<int:pk>/withdraw/", views.withdraw, name="approval_request_withdraw"),
]
