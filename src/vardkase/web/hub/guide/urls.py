"""URLs of the guide."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.guide import tour, views

urlpatterns = [
    path("guide/", views.index, name="guide"),
    path("help/", tour.help_page, name="help"),
    path("help/tour/<int:step>/", tour.step, name="tour"),
    path("help/tour/end/", tour.end, name="tour_end"),
    path("help/tour/again/", tour.again, name="tour_again"),
]
