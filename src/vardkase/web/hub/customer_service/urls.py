"""URLs of customer service and the status page."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.customer_service import asking, cases, organisations, status

urlpatterns = [
    path("support/", asking.index, name="support"),
    path("support/new/", asking.ask, name="support_new"),
    path("support/<int:pk>/", asking.view, name="support_request"),
    path("support/ask/", asking.ask_as_visitor, name="support_ask"),
    path("support/follow/", asking.open_link, name="support_follow"),
    path("support/follow/request/", asking.follow, name="support_follow_request"),
    path("service/", cases.index, name="service"),
    path("service/<int:pk>/", cases.view, name="service_request"),
    path("service/<int:pk>/answer/", cases.answer, name="service_answer"),
    path("service/<int:pk>/ask-back/", cases.ask_back, name="service_ask_back"),
    path("service/<int:pk>/solve/", cases.solve, name="service_solve"),
    path("service/<int:pk>/note/", cases.note, name="service_note"),
    path("service/<int:pk>/step/", cases.step, name="service_step"),
    path("service/<int:pk>/assign/", cases.assign, name="service_assign"),
    path("service/<int:pk>/route/", cases.route, name="service_route"),
    path("service/<int:pk>/case/", cases.become_case, name="service_case"),
    path("service/announcements/", status.index, name="announcements"),
    path("service/announcements/new/", status.write, name="announcement_new"),
    path("service/announcements/<int:pk>/", status.write, name="announcement"),
    path("service/announcements/<int:pk>/end/", status.end, name="announcement_end"),
    path("service/organisations/", organisations.index, name="service_organisations"),
    path("service/organisations/<int:pk>/", organisations.view, name="service_organisation"),
    path("status/", status.status, name="status"),
]
