"""URLs of delegation: the open requests, and asking, accepting and declining."""

from __future__ import annotations

from django.urls import path

from vardkase.web.intel.event_delegations import views
from vardkase.web.ui import converters

__all__ = ["converters", "urlpatterns"]

DELEGATION = "delegations/<int:delegation_id>/"

urlpatterns = [
    path("delegations/", views.every, name="delegations"),
    path(DELEGATION + "accept/", views.accept, name="delegation_accept"),
    path(DELEGATION + "decline/", views.decline, name="delegation_decline"),
    path("event/<reference:reference>/delegate/", views.create, name="event_delegate"),
]
