"""URLs of enrolment, on the hub and on a member's platform."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.enrolment import codes, joining

urlpatterns = [
    path("service/organisations/<int:pk>/code/", codes.make, name="enrolment_code"),
    path("hub/", joining.index, name="hub"),
    path("hub/join/", joining.join, name="hub_join"),
    path("hub/join/enrol/", joining.enrol, name="hub_enrol"),
    path("hub/<int:pk>/ask/", joining.ask, name="hub_ask"),
]
