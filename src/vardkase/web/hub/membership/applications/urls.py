"""URLs of the applicants' pages."""

from __future__ import annotations

from django.urls import path

from vardkase.web.hub.membership.applications import guide, start, status, steps

urlpatterns = [
    path("apply/", start.start, name="apply"),
    path("apply/link/", start.follow, name="apply_link"),
    path("apply/invited/", start.accept_invitation, name="apply_invited"),
    path("apply/no-link/", start.unknown, name="apply_no_link"),
    path("apply/go-on/", start.resume, name="apply_resume"),
    path("apply/recommendation/", steps.advise, name="apply_advise"),
    path("apply/review/", steps.review, name="apply_review"),
    path("apply/status/", status.status, name="apply_status"),
    path("apply/guide/", guide.index, name="apply_guide"),
    path("apply/messages/", status.write, name="apply_write"),
    path("apply/completion/", status.send_completion, name="apply_complete"),
    path("apply/withdraw/", status.take_back, name="apply_withdraw"),
    path("apply/documents/<int:pk>/", status.document, name="apply_document"),
    path("apply/letters/<str:number>/", status.letter, name="apply_letter"),
    path("apply/letters/<str:number>/confirm/", status.confirm_letter, name="apply_letter_confirm"),
    path("apply/files/<int:pk>/", status.attachment, name="apply_file"),
    path("apply/security/files/<int:pk>/remove/", steps.remove_file, name="apply_file_remove"),
    path("apply/<slug:name>/", steps.step, name="apply_step"),
]
