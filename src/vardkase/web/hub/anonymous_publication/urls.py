"""URLs of anonymous publication. No address says what is published: everything is in the bodies of forms."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.anonymous_publication import own, views

BASE = "anonymous-publication/"

urlpatterns = [
    path(BASE, views.start, name="anonymous_publication"),
    path(BASE + "check/", views.check, name="anonymous_publication_check"),
    path(BASE + "submit/", views.submit, name="anonymous_publication_submit"),
    path(BASE + "stored/", own.stored, name="anonymous_publication_stored"),
    path(BASE + "recovery-code/", own.code_file, name="anonymous_publication_code"),
    path(BASE + "own/", own.show, name="anonymous_publication_own"),
    path(BASE + "own/act/", own.act, name="anonymous_publication_act"),
]
