from __future__ import annotations

from django.urls import path

from vardkase.web.core.schedules import views

urlpatterns = [
    path("schedules/", views.index, name="schedules"),
    path("schedules/<str:name>/", views.edit, name="schedule"),
    path("schedules/<str:name>/run/", views.run, name="schedule_run"),
    path("schedules/<str:name>/pause/", views.switch, {"paused": True}, name="schedule_pause"),
    path("schedules/<str:name>/resume/", views.switch, {"paused": False}, name="schedule_resume"),
]
