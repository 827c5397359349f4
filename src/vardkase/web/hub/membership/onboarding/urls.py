from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.onboarding import checklist, connections

urlpatterns = [
    path("members/<int:pk>/checklist/<slug:name>/", checklist.item, name="member_item"),
    path("members/<int:pk>/checklist/<slug:name>/waive/", checklist.waive, name="member_item_waive"),
    path("members/<int:pk>/checklist/<slug:name>/reopen/", checklist.reopen, name="member_item_reopen"),
    path("members/<int:pk>/test/", checklist.test, name="member_test"),
    path("membership/connections/", connections.index, name="membership_connections"),
    path(
        "membership/connections/<int:pk>/confirm/", connections.confirm, name="membership_connection_confirm"
    ),
]
