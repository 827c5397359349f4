from __future__ import annotations

from django.urls import path

from vardkase.web.core.jobs import views

urlpatterns = [
    path("jobs/", views.index, name="jobs"),
    path("jobs/forget/", views.forget, name="jobs_forget"),
    path("jobs/<int:pk>/", views.view, name="job"),
    path("jobs/<int:pk>/cancel/", views.cancel, name="job_cancel"),
    path("jobs/<int:pk>/retry/", views.retry, name="job_retry"),
]
