from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.own_feeds import views

urlpatterns = [
    path("feeds/own/", views.index, name="own_feeds"),
    path("feeds/own/new/", views.create, name="own_feed_create"),
    path("feeds/own/new/choices/", views.find, name="own_feed_choices"),
    path("feeds/own/<slug:name>/", views.view, name="own_feed"),
    path("feeds/own/<slug:name>/edit/", views.edit, name="own_feed_edit"),
    path("feeds/own/<slug:name>/delete/", views.delete, name="own_feed_delete"),
    path("feeds/own/<slug:name>/write/", views.refresh, name="own_feed_refresh"),
    path("feeds/own/<slug:name>/key/", views.make_token, name="own_feed_token"),
    path("feeds/own/<slug:name>/key/remove/", views.remove_token, name="own_feed_token_remove"),
]
