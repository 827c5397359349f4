from __future__ import annotations

from django.urls import path

from vardkase.web.core.jobs import own, views

urlpatterns = [
    path("jobs/", own.index, name="own_jobs"),
    path("jobs/tray/", own.tray, name="job_tray"),
    path("jobs/<int:pk>/", own.view, name="own_job"),
    path("jobs/<int:pk>/cancel/", own.cancel, name="own_job_cancel"),
    path("jobs/<int:pk>/retry/", own.retry, name="own_job_retry"),
    path("administration/jobs/", views.index, name="jobs"),
    path("administration/jobs/forget/", views.forget, name="jobs_forget"),
    path("administration/jobs/<int:pk>/", views.view, name="job"),
    path("administration/jobs/<int:pk>/cancel/", views.cancel, name="job_cancel"),
    path("administration/jobs/<int:pk>/retry/", views.retry, name="job_retry"),
]
