"""URLs of streams and deliveries."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.streams import views as streams

urlpatterns = [
    path("streams/", streams.index, name="streams"),
    path("streams/new/", streams.choose, name="stream_choose"),
    path("streams/new/<slug:kind>/", streams.create, name="stream_create"),
    path("streams/<int:pk>/", streams.view, name="stream"),
    path("streams/<int:pk>/edit/", streams.edit, name="stream_edit"),
    path("streams/<int:pk>/delete/", streams.delete, name="stream_delete"),
    path("streams/<int:pk>/test/", streams.test, name="stream_test"),
    path("streams/<int:pk>/pause/", streams.switch, {"on": False}, name="stream_pause"),
    path("streams/<int:pk>/resume/", streams.switch, {"on": True}, name="stream_resume"),
    path("streams/<int:pk>/replay/", streams.replay, name="stream_replay"),
    path("streams/<int:pk>/skip/", streams.skip, {"everything": False}, name="stream_skip"),
    path("streams/<int:pk>/skip-all/", streams.skip, {"everything": True}, name="stream_skip_all"),
    path("streams/<int:pk>/secret/", streams.renew, name="stream_renew"),
    path("deliveries/", streams.sent, name="deliveries"),
]
