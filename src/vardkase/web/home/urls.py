from __future__ import annotations

from django.urls import path

from vardkase.web.home import views

urlpatterns = [
    path("", views.home, name="home"),
]
