"""URLs of one's notifications."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.notifications import views

urlpatterns = [
    path("notifications/", views.index, name="notifications"),
    path("notifications/mark/", views.mark, name="notifications_mark"),
    path("notifications/mark-all/", views.mark_all, name="notifications_mark_all"),
    path("notifications/unmark-all/", views.unmark_all, name="notifications_unmark_all"),
    path("notifications/<int:pk>/", views.open_notification, name="notification"),
]
