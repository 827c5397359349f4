"""URLs of sealed links."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.sealed_links import views

urlpatterns = [
    path("sealed-links/", views.index, name="sealed_links"),
    path("sealed-links/own/", views.add_key, name="officer_key_new"),
    path("sealed-links/own/<int:pk>/withdraw/", views.withdraw_key, name="officer_key_withdraw"),
    path("sealed-links/open/", views.propose, name="sealed_link_open"),
    path("sealed-links/openings/<int:pk>/", views.opening, name="seal_opening"),
    path("sealed-links/openings/<int:pk>/file/", views.file, name="seal_opening_file"),
]
