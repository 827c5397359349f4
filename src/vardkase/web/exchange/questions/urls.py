"""URLs of questions that readers have asked one's organisation."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.questions import views

urlpatterns = [
    path("questions/", views.index, name="questions"),
    path("questions/<int:pk>/close/", views.close, name="question_close"),
]
