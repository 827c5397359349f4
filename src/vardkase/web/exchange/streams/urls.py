"""URLs of streams and deliveries."""

from __future__ import annotations

from django.urls import path

from vardkase.web.exchange.streams import views

urlpatterns = [
    path("streams/", views.index, name="streams"),
    path("streams/choices/", views.find, name="stream_choices"),
    path("streams/new/", views.choose, name="stream_choose"),
    path("streams/new/<slug:kind>/", views.create, name="stream_create"),
    path("streams/<int:pk>/", views.view, name="stream"),
    path("streams/<int:pk>/edit/", views.edit, name="stream_edit"),
    path("streams/<int:pk>/delete/", views.delete, name="stream_delete"),
    path("streams/<int:pk>/test/", views.test, name="stream_test"),
    path("streams/<int:pk>/pause/", views.switch, {"on": False}, name="stream_pause"),
    path("streams/<int:pk>/resume/", views.switch, {"on": True}, name="stream_resume"),
    path("streams/<int:pk>/replay/", views.replay, name="stream_replay"),
    path("streams/<int:pk>/skip/", views.skip, {"everything": False}, name="stream_skip"),
    path("streams/<int:pk>/skip-all/", views.skip, {"everything": True}, name="stream_skip_all"),
    path("streams/<int:pk>/secret/", views.renew, name="stream_renew"),
    path("deliveries/", views.sent, name="deliveries"),
]
