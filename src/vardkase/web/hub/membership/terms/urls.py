"""URLs of the terms."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.terms import acceptance, officers

urlpatterns = [
    path("terms/", acceptance.terms, name="terms"),
    path("terms/answer/", acceptance.open_link, name="terms_answer"),
    path("terms/answer/form/", acceptance.answer, name="terms_answer_form"),
    path("terms-and-criteria/", officers.index, name="terms_and_criteria"),
    path("terms-and-criteria/<int:number>/", officers.version, name="terms_version"),
    path("terms-and-criteria/<int:number>/answers/", officers.answers, name="terms_answers"),
    path("terms-and-criteria/start/", officers.start, name="terms_start"),
    path("terms-and-criteria/draft/", officers.edit, name="terms_draft"),
    path("terms-and-criteria/draft/discard/", officers.discard, name="terms_discard"),
    path("terms-and-criteria/draft/publish/", officers.publish, name="terms_publish"),
    path("terms-and-criteria/draft/criteria/", officers.criterion, name="terms_criterion_add"),
    path("terms-and-criteria/draft/criteria/<str:key>/", officers.criterion, name="terms_criterion"),
    path(
        "terms-and-criteria/draft/criteria/<str:key>/remove/",
        officers.remove_criterion,
        name="terms_criterion_remove",
    ),
]
