from __future__ import annotations

from django.urls import path

from vardkase.web.analysis.statistics import views

urlpatterns = [path("statistics/", views.index, name="statistics")]
