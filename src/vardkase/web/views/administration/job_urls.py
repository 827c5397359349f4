"""URLs of background jobs."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.administration import jobs, schedules, settings

job_urls = [
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/forget/", jobs.forget, name="jobs_forget"),
    path("jobs/<int:pk>/", jobs.view, name="job"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="job_retry"),
    path("settings/", settings.index, name="settings"),
    path("settings/<str:name>/", settings.edit, name="setting"),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/<str:name>/", schedules.edit, name="schedule"),
    path("schedules/<str:name>/run/", schedules.run, name="schedule_run"),
    path("schedules/<str:name>/pause/", schedules.switch, {"paused": True}, name="schedule_pause"),
    path("schedules/<str:name>/resume/", schedules.switch, {"paused": False}, name="schedule_resume"),
]
