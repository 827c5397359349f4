"""URLs of the public pages and their editing."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.public_pages import documents, editing, front

urlpatterns = [
    path("about/", front.front, name="public"),
    path("about/steps/", front.steps, name="public_steps"),
    path("about/terms/", documents.general_terms, name="public_terms"),
    path("about/terms/<int:version>/", documents.general_terms, name="public_terms_version"),
    path(
        "about/terms/<int:version>/<str:language>.pdf", documents.general_terms_pdf, name="public_terms_pdf"
    ),
    path("about/who-sees-what/", documents.who_sees_what, name="public_who_sees"),
    path("about/personal-data/", documents.privacy, name="public_privacy"),
    path("about/accessibility/", documents.accessibility, name="public_accessibility"),
    path("administration/public-page/", editing.index, name="passages"),
    path("administration/public-page/question/new/", editing.add, name="question_add"),
    path(
        "administration/public-page/question/new/preview/",
        editing.preview_new,
        name="question_preview",
    ),
    path("administration/public-page/question/<slug:name>/show/", editing.show, name="question_show"),
    path("administration/public-page/question/<slug:name>/move/", editing.move, name="question_move"),
    path("administration/public-page/<slug:part>/<slug:name>/", editing.edit, name="passage"),
    path(
        "administration/public-page/<slug:part>/<slug:name>/preview/", editing.preview, name="passage_preview"
    ),
    path(
        "administration/public-page/<slug:part>/<slug:name>/versions/",
        editing.versions,
        name="passage_versions",
    ),
    path(
        "administration/public-page/<slug:part>/<slug:name>/restore/", editing.restore, name="passage_restore"
    ),
]
