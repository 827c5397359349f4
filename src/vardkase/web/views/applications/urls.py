"""URLs of the officers' desk."""

from __future__ import annotations

from django.urls import path

from vardkase.web.views import partiality
from vardkase.web.views.applications import desk, index, papers

urlpatterns = [
    path("applications/", index.index, name="applications"),
    path("applications/<str:number>/", desk.view, name="application"),
    path("applications/<str:number>/answers/", desk.answers, name="application_answers"),
    path("applications/<str:number>/review/", desk.review, name="application_review"),
    path("applications/<str:number>/criteria/<str:key>/", desk.assess, name="application_assess"),
    path("applications/<str:number>/completion/", desk.completion, name="application_completion"),
    path("applications/<str:number>/registry-number/", desk.registry_number, name="application_registry"),
    path("applications/<str:number>/resume/", desk.resume, name="application_resume"),
    path("applications/<str:number>/message/", desk.message, name="application_message"),
    path("applications/<str:number>/propose/", desk.propose, name="application_propose"),
    path("applications/<str:number>/proposals/<int:proposal>/", desk.decide, name="application_decide"),
    path(
        "applications/<str:number>/proposals/<int:proposal>/take-back/",
        desk.take_back,
        name="application_take_back",
    ),
    path(
        "applications/<str:number>/proposals/<int:proposal>/preview/",
        papers.preview,
        name="application_preview",
    ),
    path("applications/<str:number>/partial/", partiality.of_application, name="application_partial"),
    path("applications/<str:number>/form.pdf", papers.form, name="application_form_pdf"),
    path("applications/<str:number>/letters/<str:letter_number>/", papers.letter, name="application_letter"),
    path("applications/<str:number>/files/<int:attachment>/", papers.attachment, name="application_file"),
]
