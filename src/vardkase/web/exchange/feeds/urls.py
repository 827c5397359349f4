from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.feeds import edit_views, views

urlpatterns = [
    path("feeds/", views.index, name="feeds"),
    path("feeds/new/", edit_views.create, name="feed_create"),
    path("feeds/known/", views.load_known, name="feeds_known"),
    path("feeds/overlap/", views.overlap, name="feeds_overlap"),
    path("feeds/<int:pk>/", views.view, name="feed"),
    path("feeds/<int:pk>/edit/", edit_views.edit, name="feed_edit"),
    path("feeds/<int:pk>/delete/", edit_views.delete, name="feed_delete"),
    path("feeds/<int:pk>/fetch/", views.fetch, name="feed_fetch"),
    path("feeds/<int:pk>/cache/", views.cache, name="feed_cache"),
    path("feeds/<int:pk>/switch/", views.switch, name="feed_switch"),
    path("feeds/<int:pk>/inside/", views.preview, name="feed_preview"),
    path("feeds/<int:pk>/inside/take/", views.take, name="feed_take"),
]
