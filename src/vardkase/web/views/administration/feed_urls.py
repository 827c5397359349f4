"""URLs of external and own feeds."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views.administration import feed_forms as forms
from vardkase.web.views.administration import feeds, own_feeds

feed_urls = [
    path("feeds/", feeds.index, name="feeds"),
    path("feeds/new/", forms.create, name="feed_create"),
    path("feeds/known/", feeds.load_known, name="feeds_known"),
    path("feeds/overlap/", feeds.overlap, name="feeds_overlap"),
    path("feeds/<int:pk>/", feeds.view, name="feed"),
    path("feeds/<int:pk>/edit/", forms.edit, name="feed_edit"),
    path("feeds/<int:pk>/delete/", forms.delete, name="feed_delete"),
    path("feeds/<int:pk>/fetch/", feeds.fetch, name="feed_fetch"),
    path("feeds/<int:pk>/cache/", feeds.cache, name="feed_cache"),
    path("feeds/<int:pk>/switch/", feeds.switch, name="feed_switch"),
    path("feeds/<int:pk>/inside/", feeds.preview, name="feed_preview"),
    path("feeds/<int:pk>/inside/take/", feeds.take, name="feed_take"),
    path("feeds/own/", own_feeds.index, name="own_feeds"),
    path("feeds/own/new/", own_feeds.create, name="own_feed_create"),
    path("feeds/own/<slug:name>/", own_feeds.view, name="own_feed"),
    path("feeds/own/<slug:name>/edit/", own_feeds.edit, name="own_feed_edit"),
    path("feeds/own/<slug:name>/delete/", own_feeds.delete, name="own_feed_delete"),
    path("feeds/own/<slug:name>/write/", own_feeds.refresh, name="own_feed_refresh"),
    path("feeds/own/<slug:name>/key/", own_feeds.make_token, name="own_feed_token"),
    path("feeds/own/<slug:name>/key/remove/", own_feeds.remove_token, name="own_feed_token_remove"),
]
