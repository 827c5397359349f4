from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.assessments import case, conflicts_of_interest, documents, index

urlpatterns = [
    path("members/<int:pk>/partial/", conflicts_of_interest.of_member, name="member_partial"),
    path("applications/", index.index, name="applications"),
    path("applications/<str:number>/", case.view, name="application"),
    path("applications/<str:number>/answers/", case.answers, name="application_answers"),
    path("applications/<str:number>/review/", case.review, name="application_review"),
    path("applications/<str:number>/take-over/", case.take_over, name="application_take_over"),
    path("applications/<str:number>/criteria/<str:key>/", case.assess, name="application_assess"),
    path("applications/<str:number>/completion/", case.completion, name="application_completion"),
    path(
        "applications/<str:number>/completion/preview/",
        case.preview_completion,
        name="application_completion_preview",
    ),
    path(
        "applications/<str:number>/registry-number/",
        case.step,
        {"name": "registry_form"},
        name="application_registry",
    ),
    path(
        "applications/<str:number>/dismiss/",
        case.step,
        {"name": "dismissal_form"},
        name="application_dismiss",
    ),
    path("applications/<str:number>/reopen/", case.reopen, name="application_reopen"),
    path("applications/<str:number>/resume/", case.step, {"name": "resume_form"}, name="application_resume"),
    path(
        "applications/<str:number>/message/", case.step, {"name": "message_form"}, name="application_message"
    ),
    path("applications/<str:number>/note/", case.step, {"name": "note_form"}, name="application_note"),
    path(
        "applications/<str:number>/propose/", case.step, {"name": "proposal_form"}, name="application_propose"
    ),
    path("applications/<str:number>/proposals/<int:proposal>/", case.decide, name="application_decide"),
    path(
        "applications/<str:number>/proposals/<int:proposal>/take-back/",
        case.take_back,
        name="application_take_back",
    ),
    path(
        "applications/<str:number>/proposals/<int:proposal>/preview/",
        documents.preview,
        name="application_preview",
    ),
    path(
        "applications/<str:number>/partial/", conflicts_of_interest.of_application, name="application_partial"
    ),
    path("applications/<str:number>/form.pdf", documents.form, name="application_form_pdf"),
    path(
        "applications/<str:number>/letters/<str:letter_number>/", documents.letter, name="application_letter"
    ),
    path("applications/<str:number>/files/<int:attachment>/", documents.attachment, name="application_file"),
]
