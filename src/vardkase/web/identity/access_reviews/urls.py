from __future__ import annotations

from django.urls import path

from vardkase.web.identity.access_reviews import views

urlpatterns = [
    path("security/<int:pk>/reviews/", views.index, name="access_reviews"),
    path("security/<int:pk>/reviews/begin/", views.begin, name="access_review_begin"),
    path("security/<int:pk>/reviews/<int:review>/", views.view, name="access_review"),
    path("security/<int:pk>/reviews/<int:review>/answer/", views.answer, name="access_review_answer"),
    path("security/<int:pk>/reviews/bring-back/<int:user>/", views.bring_back, name="access_review_back"),
]
